import { readFileSync } from 'node:fs'
import path from 'node:path'
import { connect } from '../../helpers/cluster/connect.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { AuditedRequest } from '../harness/auditTrail.ts'
import { type ProofCluster, proveLeastRights } from '../harness/proveLeastRights.ts'
import { describeOnCluster } from './realCluster.ts'
import type { TestCluster } from './testCluster.ts'

/** kata-deploy's namespace and a DaemonSet of its name that fits no node: this cluster's RuntimeClass kata-qemu is really runc. */
const kataDeploy: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kata-containers' } },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kata-deploy', namespace: 'kata-containers' },
    spec: {
      selector: { matchLabels: { name: 'kata-deploy' } },
      template: {
        metadata: { labels: { name: 'kata-deploy' } },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': 'nowhere' },
          containers: [{ name: 'kube-kata', image: 'quay.io/kata-containers/kata-deploy:3.26.0' }],
        },
      },
    },
  },
]

describeOnCluster('the rights that rbac prints, on a real cluster', (cluster) => {
  const unused = ['create persistentvolumeclaims', 'delete persistentvolumeclaims']
  proveLeastRights({ minor: 34, runEnds: 1, unused, start: () => startProof(cluster()) })
})

async function startProof({ kubeconfig, folder }: TestCluster): Promise<ProofCluster> {
  const cluster = await connect({ kubeconfig })
  for (const each of kataDeploy) await cluster.create(each)
  return {
    cluster,
    kubeconfig,
    trail: () =>
      readFileSync(path.join(folder, 'audit.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditedRequest),
    async close() {
      const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'kata-containers' }
      await cluster.delete(ref)
      await cluster.waitForDeleted(ref, { what: 'deletion', timeoutMs: 60_000 })
      await cluster.close()
    },
  }
}
