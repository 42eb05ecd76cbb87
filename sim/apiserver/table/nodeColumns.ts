import type { KubeObject } from '../../kubeObject.ts'
import { column, orNone, spec, status, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'

const addressOf = (node: KubeObject, type: string): string =>
  orNone(((status(node)['addresses'] ?? []) as Json[]).find((one) => one['type'] === type)?.['address'])

export const nodeColumns: readonly Column[] = [
  nameColumn,
  column('Status', nodeStatus, { description: 'The status of the node' }),
  column('Roles', nodeRoles, { description: 'The roles of the node' }),
  ageColumn,
  column('Version', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['kubeletVersion'] ?? '', {
    documentedAs: 'core.v1.NodeSystemInfo.kubeletVersion',
  }),
  wide('Internal-IP', (node) => addressOf(node, 'InternalIP'), { documentedAs: 'core.v1.NodeStatus.addresses' }),
  wide('External-IP', (node) => addressOf(node, 'ExternalIP'), { documentedAs: 'core.v1.NodeStatus.addresses' }),
  wide('OS-Image', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['osImage'] || '<unknown>', {
    documentedAs: 'core.v1.NodeSystemInfo.osImage',
  }),
  wide('Kernel-Version', (node) => (status(node)['nodeInfo'] as Json | undefined)?.['kernelVersion'] || '<unknown>', {
    documentedAs: 'core.v1.NodeSystemInfo.kernelVersion',
  }),
  wide(
    'Container-Runtime',
    (node) => (status(node)['nodeInfo'] as Json | undefined)?.['containerRuntimeVersion'] || '<unknown>',
    { documentedAs: 'core.v1.NodeSystemInfo.containerRuntimeVersion' },
  ),
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
