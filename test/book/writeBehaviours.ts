import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { behavioursFile, behavioursPage } from './behavioursPage.ts'
import { writePage } from './formatted.ts'
import { readRecorded } from './recorded.ts'

// `node --import=tsx test/book/writeBehaviours.ts`, after a change of a chapter, a check or what recordings are replayed through.
await writePage(behavioursFile, behavioursPage(loadCatalog(), await loadSpecs(), await readRecorded()))
