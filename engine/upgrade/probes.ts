import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { findInList } from '../../helpers/cluster/objects.ts'
import { startNodeProbe, type RunningProbe } from '../../helpers/node/startNodeProbe.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { pullSecretName } from '../../helpers/pods/pullSecret.ts'
import { runLabels } from '../cluster/labels.ts'
import type { ProbeOn } from './observe.ts'

let count = 0

/** A probe of each node that is asked for, as long as its pod lives; a new one where it does not any more. */
export function probesIn(
  cluster: Cluster,
  of: {
    namespace: string
    runId: string
    images: ImageResolver
    signal: AbortSignal
    created: (pod: KubeObject) => void
  },
): ProbeOn {
  const running = new Map<string, RunningProbe>()
  const started = Date.now().toString(36)
  return async (node) => {
    const one = running.get(node)
    if (one) {
      const pod = await findInList(cluster.list)({
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: of.namespace,
        name: one.pod.name,
      })
      if (pod?.metadata.uid === one.pod.uid) return one.probe
    }
    count += 1
    const fresh = await startNodeProbe(cluster, {
      namespace: of.namespace,
      node,
      name: `upgrade-probe-${started}-${count}`,
      labels: runLabels(of.runId),
      image: of.images.resolve('busybox'),
      ...(of.images.pullConfig === undefined ? {} : { imagePullSecrets: [pullSecretName] }),
      signal: of.signal,
      created: (pod) => of.created({ ...pod, apiVersion: 'v1', kind: 'Pod' }),
    })
    running.set(node, fresh)
    return fresh.probe
  }
}
