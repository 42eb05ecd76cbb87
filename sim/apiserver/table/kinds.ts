import type { KubeObject } from '../../kubeObject.ts'
import { column, count, spec, status, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { eventColumns } from './eventColumns.ts'
import { networkTables } from './networkTables.ts'
import { nodeColumns } from './nodeColumns.ts'
import { podColumns } from './podColumns.ts'
import { storageTables } from './storageTables.ts'
import { workloadTables } from './workloadTables.ts'

/*
 * The columns of kinds, as kubectl shows them: pkg/printers/internalversion/printers.go, v1.34. By plural name.
 */

const roleText = ({ kind, name }: Json) => `${kind as string}/${name as string}`
const subjectsOf = (kind: string) => (binding: KubeObject) =>
  ((binding['subjects'] ?? []) as Json[])
    .filter((one) => one['kind'] === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : (name as string)))
    .join(', ')
const bindingColumns: readonly Column[] = [
  nameColumn,
  column('Role', (binding) => roleText(binding['roleRef'] as Json)),
  ageColumn,
  wide('Users', subjectsOf('User')),
  wide('Groups', subjectsOf('Group')),
  wide('ServiceAccounts', subjectsOf('ServiceAccount')),
]
const createdAt = column('Created At', ({ metadata }) => metadata['creationTimestamp'])
const keysOf = (map: unknown) => Object.keys(map ?? {}).length

export const tables: Readonly<Record<string, readonly Column[]>> = {
  ...networkTables,
  ...storageTables,
  ...workloadTables,
  pods: podColumns,
  nodes: nodeColumns,
  namespaces: [
    nameColumn,
    column('Status', (object) => status(object)['phase'] ?? '', { description: 'The status of the namespace' }),
    ageColumn,
  ],
  events: eventColumns,
  runtimeclasses: [nameColumn, column('Handler', (object) => object['handler']), ageColumn],
  configmaps: [
    nameColumn,
    column('Data', (object) => String(keysOf(object['data']) + keysOf(object['binaryData']))),
    ageColumn,
  ],
  secrets: [
    nameColumn,
    column('Type', (object) => object['type']),
    column('Data', (object) => String(keysOf(object['data']))),
    ageColumn,
  ],
  serviceaccounts: [
    nameColumn,
    column('Secrets', (object) => String(((object['secrets'] ?? []) as unknown[]).length)),
    ageColumn,
  ],
  limitranges: [nameColumn, createdAt],
  resourcequotas: [
    nameColumn,
    column('Request', (object) => quotaText(object, (name) => !name.startsWith('limits.'))),
    column('Limit', (object) => quotaText(object, (name) => name.startsWith('limits.'))),
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
  roles: [nameColumn, createdAt],
  clusterroles: [nameColumn, createdAt],
  rolebindings: bindingColumns,
  clusterrolebindings: bindingColumns,
  poddisruptionbudgets: [
    nameColumn,
    column('Min Available', (object) => String(spec(object)['minAvailable'] ?? 'N/A')),
    column('Max Unavailable', (object) => String(spec(object)['maxUnavailable'] ?? 'N/A')),
    count('Allowed Disruptions', (object) => status(object)['disruptionsAllowed'] ?? 0),
    ageColumn,
  ],
}

function quotaText(quota: KubeObject, wanted: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status(quota) as { hard?: Json; used?: Json }
  return Object.keys(hard)
    .filter(wanted)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ')
}
