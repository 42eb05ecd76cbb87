import { seenArm } from './compare.ts'
import { simulatedRun, type SimulatedRun } from './simulatedRun.ts'

// One simulated run a message. What is compared goes back to the parent: whole records are megabytes, which take a pipe's reader longer than the run.
process.on('message', (task: SimulatedRun) => {
  simulatedRun(task).then(
    ({ arms }) => process.send?.({ seen: arms.map(seenArm) }),
    (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) }),
  )
})
