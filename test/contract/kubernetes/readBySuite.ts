import type { Step } from './recording.ts'

/** What of an answer the suite reads. */
interface Reading {
  /** Method and path of the request. */
  request: RegExp
  /** Dotted paths of the answer; * stands for any key. */
  fields: readonly string[]
}

const resources = ['kind', 'resources.*.name', 'resources.*.kind', 'resources.*.namespaced'].map(
  (name) => `body.${name}`,
)
const ofObject = [
  'metadata.name',
  'metadata.labels',
  'metadata.annotations',
  'metadata.resourceVersion',
  'spec',
  'status',
]

/** Every answer, as errors are told from results (helpers/cluster/apiError.ts, transport.ts). */
const always = ['status', 'headers', 'body.kind', 'body.status', 'body.message', 'body.reason', 'body.code']

const readings: readonly Reading[] = [
  // helpers/cluster/connect.ts, helpers/facts/detectFacts.ts
  { request: /^GET \/version$/, fields: ['body.gitVersion'] },
  // helpers/cluster/staleApis.ts
  {
    request: /^GET \/apis$/,
    fields: ['metadata.name', 'versions.*.version', 'versions.*.freshness'].map((name) => `body.items.*.${name}`),
  },
  // helpers/cluster/discovery.ts
  { request: /^GET \/(api\/v1|apis\/[^/]+\/[^/]+)$/, fields: resources },
  // helpers/cluster/watchCache.ts, helpers/facts
  { request: /^GET \/api\/v1\/nodes$/, fields: ofObject.map((name) => `body.items.*.${name}`) },
  { request: /^PATCH \/api\/v1\/nodes\//, fields: ofObject.map((name) => `body.${name}`) },
  { request: /^PATCH \/api\/v1\/namespaces\/[^/]+\/pods\//, fields: ofObject.map((name) => `body.${name}`) },
]

/** Groups of kinds that the suite creates, lists or watches. */
export const groupsUsed: readonly string[] = [
  'apps',
  'batch',
  'authorization.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
]

/** Never asked for by the suite: tables, which are kubectl's, and the server's own health. */
const isAsked = ({ request: { path, headers } }: Step): boolean =>
  !/as=Table/.test(headers?.['Accept'] ?? '') && !path.startsWith('/livez')

/** Paths that the suite reads of the answer to a request; null when it never sends such a request. Throws Error when it is not listed here. */
export function readBySuite(step: Step): readonly string[] | null {
  if (!isAsked(step)) return null
  const request = `${step.request.method} ${step.request.path}`
  const found = readings.filter((one) => one.request.test(request))
  if (found.length === 0) throw new Error(`what the suite reads of ${request} is not listed`)
  return [...always, ...found.flatMap(({ fields }) => fields)]
}

/** Two dotted paths of which one is in the other. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')]
  return a
    .slice(0, b.length)
    .every((step, index) => step === b[index] || step === '*' || b[index] === '*' || step.endsWith('+'))
}
