import { randomBytes } from 'node:crypto'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { certificateRequest } from './certificateRequest.ts'
import type { HttpClient } from './httpClient.ts'
import { ours } from './ownLabel.ts'

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
/** Real ms: kube-controller-manager signs what is approved at once. */
const SIGNING_MS = 20_000

/**
 * A certificate under which kubelets serve, from the cluster's own signer as kubelets with serverTLSBootstrap have it: also an API server that
 * verifies kubelets (--kubelet-certificate-authority) accepts it. One for all nodes: they share the address.
 * @throws Error when the cluster does not sign it
 */
export async function servingCertificate(client: HttpClient, node: string, ip: string) {
  const commonName = `system:node:${node}`
  const { key, request } = certificateRequest({ organization: 'system:nodes', commonName }, ip)
  const name = `kata-conformance-sim-${randomBytes(4).toString('hex')}`
  // the signer demands that the node itself asks
  const asked = await client.impersonate(commonName, ['system:nodes', 'system:authenticated']).create(REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name, labels: ours },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'server auth'],
    },
  })
  const approval = { type: 'Approved', status: 'True', reason: 'KataConformance', message: 'simulated nodes join' }
  try {
    const approved = await client.update(`${REQUESTS}/${name}/approval`, {
      ...asked,
      status: { conditions: [approval] },
    })
    return { key, cert: await signed(client, approved) }
  } finally {
    await client.delete(`${REQUESTS}/${name}`).catch(() => {})
  }
}

async function signed(client: KubeClient, request: KubeObject): Promise<string> {
  const { name, resourceVersion = '' } = request.metadata
  const enough = new AbortController()
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(SIGNING_MS)])
  const fieldSelector = `metadata.name=${name}`
  for await (const { object } of client.watch(REQUESTS, { resourceVersion, fieldSelector, signal })) {
    const { certificate, conditions = [] } = (object['status'] ?? {}) as {
      certificate?: string
      conditions?: { type: string; message?: string }[]
    }
    const refused = conditions.find(({ type }) => type === 'Failed' || type === 'Denied')
    if (refused)
      throw new KubeApiError(403, refused.type, `the cluster's signer refused a certificate: ${refused.message}`)
    if (certificate === undefined) continue
    enough.abort()
    return Buffer.from(certificate, 'base64').toString()
  }
  throw new Error(
    `no signer gave a serving certificate within ${SIGNING_MS / 1000} s; the cluster needs one for kubernetes.io/kubelet-serving (kube-controller-manager with --cluster-signing-cert-file)`,
  )
}
