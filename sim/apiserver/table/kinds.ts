import type { KubeObject } from '../../kubeObject.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { age, humanDuration } from './duration.ts'
import { podColumns } from './podColumns.ts'

/*
 * The columns of kinds, as kubectl shows them: pkg/printers/internalversion/printers.go, v1.34. By plural name.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects as JSON
type Json = Record<string, any>

const spec = (object: KubeObject) => (object['spec'] ?? {}) as Json
const status = (object: KubeObject) => (object['status'] ?? {}) as Json
const orNone = (text: unknown): string => (text === undefined || text === null || text === '' ? '<none>' : String(text as string))
const pairs = (map: Json | undefined): string => orNone(Object.entries(map ?? {}).map(([key, value]) => `${key}=${String(value as string)}`).join(','))
const column = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({ name, cell, ...more })
const count = (name: string, cell: Column['cell']): Column => ({ name, type: 'integer', cell })
const wide = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({ name, cell, priority: 1, ...more })

const selectorText = (selector: Json | undefined): string => {
  const labels = Object.entries((selector?.['matchLabels'] ?? {}) as Json).map(([key, value]) => `${key}=${String(value as string)}`)
  const expressions = ((selector?.['matchExpressions'] ?? []) as Json[]).map(({ key, operator, values }) => `${key} ${String(operator).toLowerCase()} (${((values ?? []) as string[]).join(',')})`)
  return orNone([...labels, ...expressions].sort().join(','))
}
const templateContainers = (object: KubeObject): Json[] => ((spec(object)['template'] as Json | undefined)?.['spec']?.containers ?? []) as Json[]
const templateColumns: readonly Column[] = [
  wide('Containers', (object) => templateContainers(object).map(({ name }) => name as string).join(',')),
  wide('Images', (object) => templateContainers(object).map(({ image }) => image as string).join(',')),
  wide('Selector', (object) => selectorText(spec(object)['selector'] as Json | undefined)),
]
const addressOf = (node: KubeObject, type: string): string =>
  orNone(((status(node)['addresses'] ?? []) as Json[]).find((one) => one['type'] === type)?.['address'])

const nodeColumns: readonly Column[] = [
  nameColumn,
  column('Status', nodeStatus, { description: 'The status of the node' }),
  column('Roles', nodeRoles, { description: 'The roles of the node' }),
  ageColumn,
  column('Version', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['kubeletVersion'] ?? '', { documentedAs: 'core.v1.NodeSystemInfo.kubeletVersion' }),
  wide('Internal-IP', (node) => addressOf(node, 'InternalIP'), { documentedAs: 'core.v1.NodeStatus.addresses' }),
  wide('External-IP', (node) => addressOf(node, 'ExternalIP'), { documentedAs: 'core.v1.NodeStatus.addresses' }),
  wide('OS-Image', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['osImage'] || '<unknown>', { documentedAs: 'core.v1.NodeSystemInfo.osImage' }),
  wide('Kernel-Version', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['kernelVersion'] || '<unknown>', { documentedAs: 'core.v1.NodeSystemInfo.kernelVersion' }),
  wide('Container-Runtime', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['containerRuntimeVersion'] || '<unknown>', { documentedAs: 'core.v1.NodeSystemInfo.containerRuntimeVersion' }),
]

function nodeStatus(node: KubeObject): string {
  const ready = ((status(node)['conditions'] ?? []) as Json[]).find(({ type }) => type === 'Ready')
  const text = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return spec(node)['unschedulable'] === true ? `${text},SchedulingDisabled` : text
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : key === 'kubernetes.io/role' && value !== '' ? [value] : [],
  )
  return orNone([...new Set(roles)].sort().join(','))
}

function eventLastSeen(event: KubeObject, now: number): string {
  const series = event['series'] as Json | undefined
  const last = (series?.['lastObservedTime'] ?? event['lastTimestamp'] ?? event['eventTime']) as string | undefined
  return age(last ?? event['firstTimestamp'] ?? event['eventTime'], now)
}

const source = (event: KubeObject): string => {
  const { component, host } = (event['source'] ?? {}) as { component?: string; host?: string }
  const name = component ?? (event['reportingComponent'] as string | undefined) ?? ''
  const place = host ?? (event['reportingInstance'] as string | undefined) ?? ''
  return place === '' ? name : `${name}, ${place}`
}

const eventColumns: readonly Column[] = [
  column('Last Seen', eventLastSeen),
  column('Type', (event) => event['type'] ?? ''),
  column('Reason', (event) => event['reason'] ?? ''),
  column('Object', (event) => {
    const { kind = '', name = '' } = (event['involvedObject'] ?? {}) as { kind?: string; name?: string }
    return `${kind.toLowerCase()}/${name}`
  }),
  wide('Subobject', (event) => (event['involvedObject'] as Json | undefined)?.['fieldPath'] ?? ''),
  wide('Source', source),
  column('Message', (event) => ((event['message'] ?? '') as string).trim()),
  wide('First Seen', (event, now) => age(event['firstTimestamp'] ?? event['eventTime'], now)),
  wide('Count', (event) => String(((event['series'] as Json | undefined)?.['count'] ?? event['count'] ?? 1) as number)),
  { ...nameColumn, priority: 1 },
]

function servicePorts(service: KubeObject): string {
  const ports = (spec(service)['ports'] ?? []) as Json[]
  return orNone(ports.map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`)).join(','))
}

function externalIp(service: KubeObject): string {
  const { type, externalIPs = [], externalName } = spec(service) as { type?: string; externalIPs?: string[]; externalName?: string }
  if (type === 'ExternalName') return externalName ?? ''
  const ingress = ((status(service)['loadBalancer']?.ingress ?? []) as Json[]).map(({ ip, hostname }) => (ip ?? hostname) as string)
  const all = [...ingress, ...externalIPs]
  return all.length > 0 ? all.join(',') : type === 'LoadBalancer' ? '<pending>' : '<none>'
}

const accessModes = (modes: unknown): string => {
  const short: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }
  return ((modes ?? []) as string[]).map((mode) => short[mode] ?? mode).join(',')
}
const volumePhase = (object: KubeObject): string => (object.metadata.deletionTimestamp === undefined ? ((status(object)['phase'] ?? '') as string) : 'Terminating')
const unset = '<unset>'

function endpointAddresses(endpoints: KubeObject): string {
  const all = ((endpoints['subsets'] ?? []) as Json[]).flatMap(({ addresses = [], ports = [] }) =>
    (addresses as Json[]).flatMap(({ ip }) => ((ports as Json[]).length === 0 ? [ip as string] : (ports as Json[]).map(({ port }) => `${ip}:${port}`))),
  )
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : orNone(all.join(','))
}

function jobStatus(job: KubeObject): string {
  const held = ((status(job)['conditions'] ?? []) as Json[]).filter((one) => one['status'] === 'True').map(({ type }) => type as string)
  if (held.includes('Complete')) return 'Complete'
  if (held.includes('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (held.includes('Suspended')) return 'Suspended'
  return held.includes('FailureTarget') ? 'FailureTarget' : held.includes('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

function jobDuration(job: KubeObject, now: number): string {
  const { startTime, completionTime } = status(job) as { startTime?: string; completionTime?: string }
  if (startTime === undefined) return ''
  return humanDuration((completionTime === undefined ? now : Date.parse(completionTime)) - Date.parse(startTime))
}

const roleText = ({ kind, name }: Json) => `${kind as string}/${name as string}`
const subjectsOf = (kind: string) => (binding: KubeObject) =>
  ((binding['subjects'] ?? []) as Json[]).filter((one) => one['kind'] === kind).map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : (name as string))).join(', ')
const bindingColumns: readonly Column[] = [
  nameColumn,
  column('Role', (binding) => roleText(binding['roleRef'] as Json)),
  ageColumn,
  wide('Users', subjectsOf('User')),
  wide('Groups', subjectsOf('Group')),
  wide('ServiceAccounts', subjectsOf('ServiceAccount')),
]
const createdAt = column('Created At', ({ metadata }) => metadata['creationTimestamp'])
const keysOf = (map: unknown) => Object.keys((map ?? {}) as object).length

export const tables: Readonly<Record<string, readonly Column[]>> = {
  pods: podColumns,
  nodes: nodeColumns,
  namespaces: [nameColumn, column('Status', (object) => status(object)['phase'] ?? '', { description: 'The status of the namespace' }), ageColumn],
  events: eventColumns,
  runtimeclasses: [nameColumn, column('Handler', (object) => object['handler']), ageColumn],
  configmaps: [nameColumn, column('Data', (object) => String(keysOf(object['data']) + keysOf(object['binaryData']))), ageColumn],
  secrets: [nameColumn, column('Type', (object) => object['type']), column('Data', (object) => String(keysOf(object['data']))), ageColumn],
  serviceaccounts: [nameColumn, column('Secrets', (object) => String(((object['secrets'] ?? []) as unknown[]).length)), ageColumn],
  services: [
    nameColumn,
    column('Type', (object) => spec(object)['type']),
    column('Cluster-IP', (object) => orNone(spec(object)['clusterIP'])),
    column('External-IP', externalIp),
    column('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (object) => pairs(spec(object)['selector'] as Json | undefined)),
  ],
  endpoints: [nameColumn, column('Endpoints', endpointAddresses), ageColumn],
  limitranges: [nameColumn, createdAt],
  resourcequotas: [
    nameColumn,
    column('Request', (object) => quotaText(object, (name) => !name.startsWith('limits.'))),
    column('Limit', (object) => quotaText(object, (name) => name.startsWith('limits.'))),
    ageColumn,
  ],
  persistentvolumes: [
    nameColumn,
    column('Capacity', (object) => (spec(object)['capacity'] as Json | undefined)?.['storage'] ?? ''),
    column('Access Modes', (object) => accessModes(spec(object)['accessModes'])),
    column('Reclaim Policy', (object) => spec(object)['persistentVolumeReclaimPolicy']),
    column('Status', volumePhase),
    column('Claim', (object) => {
      const claim = spec(object)['claimRef'] as Json | undefined
      return claim === undefined ? '' : `${claim['namespace']}/${claim['name']}`
    }),
    column('StorageClass', (object) => spec(object)['storageClassName'] ?? ''),
    column('VolumeAttributesClass', (object) => spec(object)['volumeAttributesClassName'] ?? unset),
    column('Reason', (object) => status(object)['reason'] ?? ''),
    ageColumn,
    wide('VolumeMode', (object) => spec(object)['volumeMode'] ?? unset),
  ],
  persistentvolumeclaims: [
    nameColumn,
    column('Status', volumePhase),
    column('Volume', (object) => spec(object)['volumeName'] ?? ''),
    column('Capacity', (object) => (spec(object)['volumeName'] ? ((status(object)['capacity'] as Json | undefined)?.['storage'] ?? '') : '')),
    column('Access Modes', (object) => (spec(object)['volumeName'] ? accessModes(status(object)['accessModes']) : '')),
    column('StorageClass', (object) => spec(object)['storageClassName'] ?? ''),
    column('VolumeAttributesClass', (object) => spec(object)['volumeAttributesClassName'] ?? unset),
    ageColumn,
    wide('VolumeMode', (object) => spec(object)['volumeMode'] ?? unset),
  ],
  storageclasses: [
    column('Name', ({ metadata }) => (metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? `${metadata.name} (default)` : metadata.name), { format: 'name' }),
    column('Provisioner', (object) => object['provisioner']),
    column('ReclaimPolicy', (object) => object['reclaimPolicy']),
    column('VolumeBindingMode', (object) => object['volumeBindingMode']),
    column('AllowVolumeExpansion', (object) => String(object['allowVolumeExpansion'] === true)),
    ageColumn,
  ],
  priorityclasses: [
    nameColumn,
    count('Value', (object) => object['value']),
    { name: 'Global-Default', type: 'boolean', cell: (object) => object['globalDefault'] === true },
    ageColumn,
    column('PreemptionPolicy', (object) => object['preemptionPolicy']),
  ],
  leases: [nameColumn, column('Holder', (object) => spec(object)['holderIdentity'] ?? ''), ageColumn],
  daemonsets: [
    nameColumn,
    count('Desired', (object) => status(object)['desiredNumberScheduled'] ?? 0),
    count('Current', (object) => status(object)['currentNumberScheduled'] ?? 0),
    count('Ready', (object) => status(object)['numberReady'] ?? 0),
    count('Up-to-date', (object) => status(object)['updatedNumberScheduled'] ?? 0),
    count('Available', (object) => status(object)['numberAvailable'] ?? 0),
    column('Node Selector', (object) => pairs((spec(object)['template'] as Json | undefined)?.['spec']?.nodeSelector as Json | undefined)),
    ageColumn,
    ...templateColumns,
  ],
  deployments: [
    nameColumn,
    column('Ready', (object) => `${status(object)['readyReplicas'] ?? 0}/${spec(object)['replicas'] ?? 0}`),
    count('Up-to-date', (object) => status(object)['updatedReplicas'] ?? 0),
    count('Available', (object) => status(object)['availableReplicas'] ?? 0),
    ageColumn,
    ...templateColumns,
  ],
  replicasets: [
    nameColumn,
    count('Desired', (object) => spec(object)['replicas'] ?? 0),
    count('Current', (object) => status(object)['replicas'] ?? 0),
    count('Ready', (object) => status(object)['readyReplicas'] ?? 0),
    ageColumn,
    ...templateColumns,
  ],
  statefulsets: [
    nameColumn,
    column('Ready', (object) => `${status(object)['readyReplicas'] ?? 0}/${spec(object)['replicas'] ?? 0}`),
    ageColumn,
    ...templateColumns.slice(0, 2),
  ],
  jobs: [
    nameColumn,
    column('Status', jobStatus),
    column('Completions', (object) => `${status(object)['succeeded'] ?? 0}/${spec(object)['completions'] ?? `1 of ${spec(object)['parallelism'] ?? 1}`}`),
    column('Duration', jobDuration),
    ageColumn,
    ...templateColumns,
  ],
  cronjobs: [
    nameColumn,
    column('Schedule', (object) => spec(object)['schedule']),
    column('Timezone', (object) => orNone(spec(object)['timeZone'])),
    { name: 'Suspend', type: 'boolean', cell: (object) => spec(object)['suspend'] === true },
    count('Active', (object) => ((status(object)['active'] ?? []) as unknown[]).length),
    column('Last Schedule', (object, now) => (status(object)['lastScheduleTime'] === undefined ? '<none>' : age(status(object)['lastScheduleTime'], now))),
    ageColumn,
  ],
  roles: [nameColumn, createdAt],
  clusterroles: [nameColumn, createdAt],
  rolebindings: bindingColumns,
  clusterrolebindings: bindingColumns,
  networkpolicies: [nameColumn, column('Pod-Selector', (object) => selectorText(spec(object)['podSelector'] as Json | undefined)), ageColumn],
  poddisruptionbudgets: [
    nameColumn,
    column('Min Available', (object) => String(spec(object)['minAvailable'] ?? 'N/A')),
    column('Max Unavailable', (object) => String(spec(object)['maxUnavailable'] ?? 'N/A')),
    count('Allowed Disruptions', (object) => status(object)['disruptionsAllowed'] ?? 0),
    ageColumn,
  ],
  endpointslices: [
    nameColumn,
    column('AddressType', (object) => object['addressType']),
    column('Ports', (object) => orNone(((object['ports'] ?? []) as Json[]).map(({ port }) => String(port as number)).join(','))),
    column('Endpoints', (object) => orNone(((object['endpoints'] ?? []) as Json[]).flatMap(({ addresses }) => addresses as string[]).join(','))),
    ageColumn,
  ],
}

function quotaText(quota: KubeObject, wanted: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status(quota) as { hard?: Json; used?: Json }
  return Object.keys(hard).filter(wanted).sort().map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ')
}
