import { expect } from 'chai'
import { commands } from './commands.ts'
import { declareCommands } from './declareCommands.ts'
import { findKubectl } from './findKubectl.ts'
import { recordedAnswers } from './recording.ts'
import { runCommands } from './runCommands.ts'
import { startSimulatedCluster } from './simulatedCluster.ts'

// Without a real cluster, but with kubectl, whose words change from release to release.

describe('kubectl of the simulator, as recorded of a real cluster of v1.34.4', () => {
  const kubectl = findKubectl()
  if ('reason' in kubectl) return void it.skip(`all commands: ${kubectl.reason}`)
  let cluster: Awaited<ReturnType<typeof startSimulatedCluster>>
  before(async () => void (cluster = await startSimulatedCluster(50)))

  it('are at least 80 commands', () => expect(commands).to.have.length.above(79))
  declareCommands(recordedAnswers, () => runCommands(commands, kubectl, cluster.kubeconfig))
  // After the hook of the commands, which delete their namespace.
  after(() => cluster.close())
})
