/*
 * Defaults of pods and pod templates: pkg/apis/core/v1/defaults.go, v1.34.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- pod specs as JSON
type Json = Record<string, any>

export function defaultPodSpec(spec: Json): void {
  spec['dnsPolicy'] ??= 'ClusterFirst'
  spec['restartPolicy'] ??= 'Always'
  spec['terminationGracePeriodSeconds'] ??= 30
  spec['schedulerName'] ??= 'default-scheduler'
  spec['securityContext'] ??= {}
  const account = (spec['serviceAccountName'] ?? spec['serviceAccount']) as string | undefined
  if (account !== undefined) {
    spec['serviceAccountName'] = account
    spec['serviceAccount'] = account
  }
  for (const volume of list(spec['volumes'])) defaultVolume(volume)
  for (const container of containersOf(spec)) {
    defaultContainer(container)
    if (spec['hostNetwork'] === true)
      for (const port of list(container['ports'])) port['hostPort'] ??= port['containerPort']
  }
}

/** What pods have and templates have not. */
export function defaultPod(pod: Json): void {
  const spec = pod['spec'] as Json
  defaultPodSpec(spec)
  spec['enableServiceLinks'] ??= true
  for (const container of containersOf(spec)) {
    const resources = container['resources'] as Json | undefined
    if (resources?.['limits'] === undefined) continue
    const requests: Json = (resources['requests'] ??= {})
    for (const [name, value] of Object.entries(resources['limits'] as Json)) requests[name] ??= value
    resources['requests'] = sorted(requests)
  }
}

export const containersOf = (spec: Json): Json[] => [
  ...list(spec['initContainers']),
  ...list(spec['containers']),
  ...list(spec['ephemeralContainers']),
]

const list = (value: unknown): Json[] => (value as Json[] | undefined) ?? []
const sorted = (map: Json): Json => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

function defaultContainer(container: Json): void {
  container['resources'] ??= {}
  container['terminationMessagePath'] ??= '/dev/termination-log'
  container['terminationMessagePolicy'] ??= 'File'
  container['imagePullPolicy'] ??= isLatest((container['image'] as string | undefined) ?? '')
    ? 'Always'
    : 'IfNotPresent'
  for (const port of list(container['ports'])) port['protocol'] ??= 'TCP'
  for (const variable of list(container['env'])) {
    const reference = (variable['valueFrom'] as Json | undefined)?.['fieldRef'] as Json | undefined
    if (reference !== undefined) reference['apiVersion'] ??= 'v1'
  }
  for (const probe of [container['livenessProbe'], container['readinessProbe'], container['startupProbe']] as (
    Json | undefined
  )[]) {
    if (probe === undefined) continue
    for (const [name, value] of probeDefaults) probe[name] ??= value
    defaultHttpGet(probe['httpGet'] as Json | undefined)
    if (probe['grpc'] !== undefined) (probe['grpc'] as Json)['service'] ??= ''
  }
  for (const hook of ['postStart', 'preStop']) {
    defaultHttpGet(
      ((container['lifecycle'] as Json | undefined)?.[hook] as Json | undefined)?.['httpGet'] as Json | undefined,
    )
  }
}

const probeDefaults = [
  ['timeoutSeconds', 1],
  ['periodSeconds', 10],
  ['successThreshold', 1],
  ['failureThreshold', 3],
] as const

function defaultHttpGet(get: Json | undefined): void {
  if (get === undefined) return
  get['path'] ??= '/'
  get['scheme'] ??= 'HTTP'
}

function isLatest(image: string): boolean {
  const reference = image.split('@')[0] as string
  if (image.includes('@')) return false
  const tag = /:([^/:]+)$/.exec(reference)?.[1]
  return tag === undefined || tag === 'latest'
}

function defaultVolume(volume: Json): void {
  if (Object.keys(volume).length === 1) volume['emptyDir'] = {}
  for (const kind of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    if (volume[kind] !== undefined) (volume[kind] as Json)['defaultMode'] ??= 420
  }
  if (volume['hostPath'] !== undefined) (volume['hostPath'] as Json)['type'] ??= ''
  const items = [
    ...list((volume['downwardAPI'] as Json | undefined)?.['items']),
    ...list((volume['projected'] as Json | undefined)?.['sources']).flatMap((source) =>
      list((source['downwardAPI'] as Json | undefined)?.['items']),
    ),
  ]
  for (const item of items) if (item['fieldRef'] !== undefined) (item['fieldRef'] as Json)['apiVersion'] ??= 'v1'
  for (const source of list((volume['projected'] as Json | undefined)?.['sources'])) {
    if (source['serviceAccountToken'] !== undefined)
      (source['serviceAccountToken'] as Json)['expirationSeconds'] ??= 3600
  }
  const template = ((volume['ephemeral'] as Json | undefined)?.['volumeClaimTemplate'] as Json | undefined)?.[
    'spec'
  ] as Json | undefined
  if (template !== undefined) template['volumeMode'] ??= 'Filesystem'
}
