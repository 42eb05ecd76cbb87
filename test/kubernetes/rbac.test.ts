import { readFileSync } from 'node:fs'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { AuditedRequest } from '../harness/auditTrail.ts'
import { type ProofCluster, proveLeastRights } from '../harness/proveLeastRights.ts'

const { KATA_CONFORMANCE_CLUSTER_KUBECONFIG: kubeconfig, KATA_CONFORMANCE_CLUSTER_AUDIT_LOG: auditLog } = process.env

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

describe('the rights that rbac prints, on a real cluster', function () {
  if (kubeconfig === undefined || auditLog === undefined) {
    it.skip('needs KATA_CONFORMANCE_CLUSTER_KUBECONFIG and KATA_CONFORMANCE_CLUSTER_AUDIT_LOG')
    return
  }
  proveLeastRights({
    minor: 34,
    runEnds: 1,
    chapters: [],
    start: () => startProof(kubeconfig, auditLog),
  })
})

async function startProof(kubeconfig: string, auditLog: string): Promise<ProofCluster> {
  const cluster = await connect({ kubeconfig })
  for (const each of kataDeploy) await cluster.create(each)
  return {
    cluster,
    kubeconfig,
    trail: () =>
      readFileSync(auditLog, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditedRequest),
    async close() {
      await removeNamespace(cluster)
      await cluster.close()
    },
  }
}

async function removeNamespace(cluster: Cluster): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'kata-containers' }
  await cluster.delete(ref)
  await cluster.waitForDeleted(ref, { what: 'deletion', timeoutMs: 60_000 })
}
