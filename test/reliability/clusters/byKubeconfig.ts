import { connect } from '../../../helpers/cluster/connect.ts'
import { upstreamOf } from '../proxy/upstream.ts'
import type { Target } from './target.ts'

/** Somebody's cluster: only what the proxy and a client can do is done to it, and only to pods of the suite. */
export async function startByKubeconfig(kubeconfig: string): Promise<Target> {
  const cluster = await connect({ kubeconfig })
  return {
    name: kubeconfig,
    kubeconfig,
    upstream: () => upstreamOf(kubeconfig),
    cluster,
    async killApiServer(proxy) {
      await proxy.goAway()
      return () => proxy.comeBack()
    },
    silenceNode: null,
    nodeTime: 1,
    nodePatienceMs: 0,
    settings: {},
    close: () => cluster.close(),
  }
}
