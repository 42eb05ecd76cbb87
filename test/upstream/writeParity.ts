import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { loadParity, parityDocument, parityFile } from './parity.ts'

// `node --import=tsx test/upstream/writeParity.ts`, after a change of specs/upstream/parity.yaml.
const options = await resolveConfig(parityFile)
writeFileSync(parityFile, await format(parityDocument(loadParity()), { ...options, filepath: parityFile }))
