import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { proveReadOnly } from '../harness/proveReadOnly.ts'
import { describeOnCluster } from './realCluster.ts'

describeOnCluster('the node probe on a real node', (cluster) => {
  let client: Cluster | undefined
  proveReadOnly(async () => {
    client = await connect({ kubeconfig: cluster().kubeconfig })
    return { cluster: client, node: 'worker-1' }
  })
  // After the hooks that need it.
  after(() => client?.close())
})
