import type { KubeObject } from '../cluster/cluster.ts'
import { containersOf } from './containerBuilder.ts'

/** Capabilities that level baseline lets a container add (Pod Security Standards, "Capabilities"). */
const baselineCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

/** Sysctls that level baseline lets a pod set (Pod Security Standards, "Sysctls"). */
const baselineSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
])

interface SecurityContext {
  privileged?: boolean
  procMount?: string
  capabilities?: { add?: string[] }
  seccompProfile?: { type?: string }
  sysctls?: { name: string }[]
}

/** Whether Pod Security level baseline refuses the pod: then it needs the suite's namespace of level privileged. */
export function exceedsBaseline(manifest: KubeObject): boolean {
  const spec = (manifest['spec'] ?? {}) as {
    hostPID?: boolean
    hostIPC?: boolean
    hostNetwork?: boolean
    volumes?: Record<string, unknown>[]
    securityContext?: SecurityContext
  }
  const pod = spec.securityContext ?? {}
  return (
    Boolean(spec.hostPID || spec.hostIPC || spec.hostNetwork) ||
    (spec.volumes ?? []).some((volume) => 'hostPath' in volume) ||
    (pod.sysctls ?? []).some(({ name }) => !baselineSysctls.has(name)) ||
    pod.seccompProfile?.type === 'Unconfined' ||
    containersOf(manifest).some(containerExceeds)
  )
}

function containerExceeds(container: Record<string, unknown>): boolean {
  const context = (container['securityContext'] ?? {}) as SecurityContext
  const ports = (container['ports'] ?? []) as { hostPort?: number }[]
  return (
    context.privileged === true ||
    (context.procMount ?? 'Default') !== 'Default' ||
    context.seccompProfile?.type === 'Unconfined' ||
    (context.capabilities?.add ?? []).some((capability) => !baselineCapabilities.has(capability)) ||
    ports.some(({ hostPort }) => hostPort !== undefined && hostPort !== 0)
  )
}
