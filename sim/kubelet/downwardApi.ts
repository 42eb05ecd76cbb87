import type { KubeObject } from '../kubeObject.ts'
import { parseBytes, parseMillicores, parseQuantity } from './quantity.ts'
import { specOf } from './podSpec.ts'

/** A field of the pod as the downward API gives it. Throws on a path it does not support. */
export function fieldValue(
  pod: KubeObject,
  path: string,
  node: { nodeName: string; hostIps: readonly string[]; podIps: readonly string[] },
): string {
  const subscript = /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(path)
  if (subscript) return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? ''
  const values: Record<string, () => string> = {
    'metadata.name': () => pod.metadata.name,
    'metadata.namespace': () => pod.metadata.namespace ?? '',
    'metadata.uid': () => pod.metadata.uid ?? '',
    'metadata.labels': () => formatMap(pod.metadata.labels),
    'metadata.annotations': () => formatMap(pod.metadata.annotations),
    'spec.nodeName': () => node.nodeName,
    'spec.serviceAccountName': () => specOf(pod).serviceAccountName ?? '',
    'status.hostIP': () => node.hostIps[0] ?? '',
    'status.hostIPs': () => node.hostIps.join(','),
    'status.podIP': () => node.podIps[0] ?? '',
    'status.podIPs': () => node.podIps.join(','),
  }
  const value = values[path]
  if (!value) throw new Error(`unsupported fieldPath: ${path}`)
  return value()
}

function formatMap(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/** limits.memory, requests.cpu… of a container in units of the divisor, rounded up. 0 when it has none. */
export function resourceValue(pod: KubeObject, containerName: string, resource: string, divisor?: string): string {
  const spec = specOf(pod)
  const container = [...spec.containers, ...(spec.initContainers ?? [])].find((one) => one.name === containerName)
  const [list, ...name] = resource.split('.') as ['limits' | 'requests', ...string[]]
  const quantity = container?.resources?.[list]?.[name.join('.')]
  if (quantity === undefined) return '0'
  const unit = divisor && divisor !== '0' ? divisor : '1'
  return name.join('.') === 'cpu'
    ? String(Math.ceil(parseMillicores(quantity) / parseMillicores(unit)))
    : String(Math.ceil(parseBytes(quantity) / parseQuantity(unit)))
}
