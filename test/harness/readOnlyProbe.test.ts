import { proveReadOnly } from './proveReadOnly.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

describe('the node probe on the simulator', () => {
  let target: Target | undefined
  after(() => target?.close())

  proveReadOnly(async () => {
    target = await startTarget()
    return { cluster: target.cluster, node: 'kata-1' }
  })
})
