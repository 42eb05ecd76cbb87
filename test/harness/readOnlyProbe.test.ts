import { proveReadOnly } from './proveReadOnly.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

describe('the node probe on the simulator', () => {
  let target: Target | undefined
  proveReadOnly(async () => {
    target = await startTarget()
    return { cluster: target.cluster, node: 'kata-1' }
  })
  // After the hooks that need it.
  after(() => target?.close())
})
