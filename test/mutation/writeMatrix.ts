import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { listedFaults } from '../../sim/faults/listedFaults.ts'
import { finishMatrix } from './matrixPage.ts'

// `node --import=tsx test/mutation/writeMatrix.ts`: docs/mutation.md from the definitions, after a change of faults or of what kills a check. A full pass writes what it saw.
await finishMatrix(listedFaults(), await loadSpecs(), [])
