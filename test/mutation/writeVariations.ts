import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { writePage } from '../book/formatted.ts'
import { furtherVariations, healthyVariations, nameOf, partnersOf, plannedOn, type Executed } from './variations.ts'
import { variationsFile, variationsPage } from './variationsPage.ts'

// `node --import=tsx test/mutation/writeVariations.ts`, after a change of checks, scenarios or of the places of faults.
const behaviours = (await loadSpecs()).map(({ id }) => id)
const executed: Executed[] = []
const variations = [...healthyVariations(), ...furtherVariations]
for (const variation of variations) executed.push(...(await plannedOn(variation)))
await writePage(variationsFile, variationsPage(variations.map(nameOf), partnersOf(behaviours, executed)))
