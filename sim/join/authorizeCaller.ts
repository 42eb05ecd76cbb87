import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { KubeClient } from '../kubeClient.ts'
import { HttpError } from '../kubelet/httpError.ts'

const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
/** A kubelet keeps what the API server allowed for five minutes (--authorization-webhook-cache-authorized-ttl). */
const KEPT_MS = 300_000

const VERBS: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/**
 * Who may ask a simulated kubelet: whoever shows a client certificate of the cluster and has the right nodes/proxy (or nodes/stats, nodes/log) by RBAC,
 * as with a kubelet's webhook authorization. What is in the pods, tokens too, is the cluster's.
 */
export function authorizeCaller(
  client: KubeClient,
  now: () => number,
): (request: IncomingMessage, node: string | null) => Promise<void> {
  const allowed = new Map<string, number>()
  return async (request, node) => {
    const { user, groups } = callerOf(request)
    const attributes = {
      verb: VERBS[request.method ?? 'GET'] ?? 'get',
      resource: 'nodes',
      subresource: subresourceOf(request.url ?? '/'),
      name: node ?? '',
    }
    const key = JSON.stringify([user, groups, attributes])
    if ((allowed.get(key) ?? 0) > now()) return
    const review = await client.create(REVIEWS, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: '' },
      spec: { user, groups, resourceAttributes: attributes },
    })
    if ((review['status'] as { allowed?: boolean }).allowed !== true) {
      const { verb, resource, subresource } = attributes
      throw new HttpError(
        403,
        `Forbidden (user=${user}, verb=${verb}, resource=${resource}, subresource=${subresource})`,
      )
    }
    allowed.set(key, now() + KEPT_MS)
  }
}

/** CN and O of the client's certificate; TLS has verified it. */
function callerOf(request: IncomingMessage): { user: string; groups: string[] } {
  const { subject } = (request.socket as TLSSocket).getPeerCertificate()
  const user = subject?.CN
  if (typeof user !== 'string') throw new HttpError(401, 'Unauthorized')
  const groups = subject.O ?? []
  return { user, groups: [...(typeof groups === 'string' ? [groups] : groups), 'system:authenticated'] }
}

/** pkg/kubelet/server/auth.go, 1.34. */
function subresourceOf(url: string): string {
  const [, first] = url.split(/[/?]/)
  if (first === 'stats' || first === 'metrics') return first
  return first === 'logs' ? 'log' : 'proxy'
}
