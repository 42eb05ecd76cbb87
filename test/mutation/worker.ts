import { simulatedRun, type SimulatedRun } from './simulatedRun.ts'

// One simulated run a message; the record goes back to the parent.
process.on('message', (task: SimulatedRun) => {
  simulatedRun(task).then(
    (record) => process.send?.({ record }),
    (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) }),
  )
})
