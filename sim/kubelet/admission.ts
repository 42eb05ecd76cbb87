import type { KubeObject } from '../kubeObject.ts'
import { nodeMatches } from '../scheduler/nodeAffinity.ts'
import type { ClusterSettings } from './kubeletContext.ts'
import { amount, podRequests, type Amounts } from './podResources.ts'
import { specOf } from './podSpec.ts'
import { nodeStatusOf } from '../controllers/objectViews.ts'

/** Sysctls that the kubelet lets pods set unasked (pkg/kubelet/sysctl/safe_sysctls.go, 1.34). */
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
])

export interface Rejection {
  reason: string
  message: string
}

/** Whether the node takes a pod that was bound to it; the words are the kubelet's (lifecycle/predicate.go, sysctl/allowlist.go). null: admitted. */
export function admit(
  pod: KubeObject,
  node: KubeObject,
  used: { amounts: Amounts; pods: number },
  cluster: ClusterSettings,
): Rejection | null {
  const forbidden = forbiddenSysctl(pod, cluster)
  if (forbidden) return { reason: 'SysctlForbidden', message: forbidden }
  if (cluster.checksNodeAffinity && !nodeMatches(specOf(pod), node)) {
    return {
      reason: 'NodeAffinity',
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    }
  }
  const allocatable = nodeStatusOf(node).allocatable ?? {}
  const lacking = (resource: string, requested: number, inUse: number, capacity: number): Rejection => ({
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${inUse}, capacity: ${capacity}`,
  })
  const maxPods = allocatable['pods'] === undefined ? Infinity : amount('pods', allocatable['pods'])
  if (used.pods + 1 > maxPods) return lacking('pods', 1, used.pods, maxPods)
  for (const [resource, requested] of podRequests(pod)) {
    const capacity = allocatable[resource] === undefined ? 0 : amount(resource, allocatable[resource])
    const inUse = used.amounts.get(resource) ?? 0
    if (requested > 0 && requested + inUse > capacity) return lacking(resource, requested, inUse, capacity)
  }
  return null
}

/** canResizePod of pkg/kubelet/allocation (1.34): what no node of this size could ever give (recorded). null: it could. */
export function beyondCapacity(pod: KubeObject, node: KubeObject): string | null {
  const allocatable = nodeStatusOf(node).allocatable ?? {}
  const requests = podRequests(pod)
  for (const resource of ['memory', 'cpu']) {
    const capacity = amount(resource, allocatable[resource] ?? '0')
    const requested = requests.get(resource) ?? 0
    if (requested > capacity)
      return `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${capacity}`
  }
  return null
}

function forbiddenSysctl(pod: KubeObject, cluster: ClusterSettings): string | null {
  for (const { name } of specOf(pod).securityContext?.sysctls ?? []) {
    const dotted = name.replaceAll('/', '.')
    const allowed = cluster.allowedUnsafeSysctls.some((pattern) =>
      pattern.endsWith('*') ? dotted.startsWith(pattern.slice(0, -1)) : dotted === pattern,
    )
    if (!allowed && !SAFE_SYSCTLS.has(dotted)) return `forbidden sysctl: "${dotted}" not allowlisted`
  }
  return null
}
