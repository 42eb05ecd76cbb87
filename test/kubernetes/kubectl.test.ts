import path from 'node:path'
import { commands } from '../kubectl/commands.ts'
import { declareCommands } from '../kubectl/declareCommands.ts'
import { runCommands } from '../kubectl/runCommands.ts'
import { startSimulatedCluster } from '../kubectl/simulatedCluster.ts'
import { describeOnCluster } from './realCluster.ts'

describeOnCluster('kubectl of the simulator and of a real cluster', (real) => {
  let simulated: Awaited<ReturnType<typeof startSimulatedCluster>>
  // The two go in step: a simulation much faster than life would grow old meanwhile.
  before(async () => void (simulated = await startSimulatedCluster(10)))
  const kubectl = () => ({ file: path.join(real().folder, 'kubectl'), argv0: 'kubectl' })

  declareCommands(
    () => runCommands(commands, kubectl(), real().kubeconfig),
    () => runCommands(commands, kubectl(), simulated.kubeconfig),
  )
  // After the hook of the commands, which delete their namespace.
  after(() => simulated?.close())
})
