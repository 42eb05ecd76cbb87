import type { KubeObject } from '../../kubeObject.ts'

/*
 * The checks of the Pod Security Standards: k8s.io/pod-security-admission/policy (v0.34), in the order of their ids.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- pod specs as JSON
export type Json = Record<string, any>

/** Null: allowed. Else the reason and what exactly. */
export type Finding = { reason: string; detail: string } | null

export interface Check {
  id: string
  level: 'baseline' | 'restricted'
  /** The restricted check that takes its place at the restricted level. */
  overriddenBy?: string
  check(spec: Json, metadata: KubeObject['metadata']): Finding
}

export const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ')
const plural = (one: string, many: string, count: number) => (count === 1 ? one : many)
const containersOf = (spec: Json): Json[] => [
  ...((spec['initContainers'] ?? []) as Json[]),
  ...((spec['containers'] ?? []) as Json[]),
  ...((spec['ephemeralContainers'] ?? []) as Json[]),
]
const names = (list: readonly Json[]): string[] => list.map(({ name }) => name as string)
const subject = (list: readonly Json[]) => `${plural('container', 'containers', list.length)} ${quoted(names(list))}`
const security = (holder: Json): Json => (holder['securityContext'] ?? {}) as Json
const isWindows = (spec: Json) => (spec['os'] as Json | undefined)?.['name'] === 'windows'

/** "pod and container "a"": who of the pod and its containers does it. */
function who(pod: boolean, containers: readonly Json[]): string {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [subject(containers)] : [])].join(' and ')
}

const defaultCapabilities = new Set([
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP',
  'SETUID', 'SYS_CHROOT',
])
const safeSysctls = new Set([
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_wmem',
])
const selinuxTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])
const allowedVolumes = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'])

function extraCapabilities(spec: Json, allowed: ReadonlySet<string>): { containers: Json[]; capabilities: string[] } {
  const capabilities = new Set<string>()
  const containers = containersOf(spec).filter((container) => {
    const added = ((security(container)['capabilities'] as Json | undefined)?.['add'] ?? []) as string[]
    const extra = added.filter((one) => !allowed.has(one))
    for (const one of extra) capabilities.add(one)
    return extra.length > 0
  })
  return { containers, capabilities: [...capabilities].sort() }
}

const seccompType = (holder: Json): string | undefined => (security(holder)['seccompProfile'] as Json | undefined)?.['type'] as string | undefined

export const checks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const bad = containersOf(spec).filter((container) => security(container)['allowPrivilegeEscalation'] !== false)
      return bad.length === 0 ? null : { reason: 'allowPrivilegeEscalation != false', detail: `${subject(bad)} must set securityContext.allowPrivilegeEscalation=false` }
    },
  },
  {
    id: 'appArmorProfile',
    level: 'baseline',
    check(spec, metadata) {
      const unconfined = (holder: Json) => (security(holder)['appArmorProfile'] as Json | undefined)?.['type'] === 'Unconfined'
      const bad = containersOf(spec).filter(unconfined)
      const annotations = Object.entries(metadata.annotations ?? {}).filter(
        ([key, value]) =>
          key.startsWith('container.apparmor.security.beta.kubernetes.io/') && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
      )
      const details: string[] = []
      if (unconfined(spec) || bad.length > 0) details.push(`${who(unconfined(spec), bad)} must not set AppArmor profile type to "Unconfined"`)
      if (annotations.length > 0) {
        details.push(`${plural('annotation', 'annotations', annotations.length)} ${annotations.map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`).sort().join(', ')}`)
      }
      return details.length === 0 ? null : { reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', bad.length + annotations.length), detail: details.join('; ') }
    },
  },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    overriddenBy: 'capabilities_restricted',
    check(spec) {
      const { containers, capabilities } = extraCapabilities(spec, defaultCapabilities)
      if (containers.length === 0) return null
      return { reason: 'non-default capabilities', detail: `${subject(containers)} must not include ${quoted(capabilities)} in securityContext.capabilities.add` }
    },
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const keeping = containersOf(spec).filter(
        (container) => !(((security(container)['capabilities'] as Json | undefined)?.['drop'] ?? []) as string[]).includes('ALL'),
      )
      const { containers, capabilities } = extraCapabilities(spec, new Set(['NET_BIND_SERVICE']))
      const details: string[] = []
      if (keeping.length > 0) details.push(`${subject(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
      if (containers.length > 0) details.push(`${subject(containers)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`)
      return details.length === 0 ? null : { reason: 'unrestricted capabilities', detail: details.join('; ') }
    },
  },
  {
    id: 'hostNamespaces',
    level: 'baseline',
    check(spec) {
      const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true)
      return used.length === 0 ? null : { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') }
    },
  },
  {
    id: 'hostPathVolumes',
    level: 'baseline',
    check(spec) {
      const bad = ((spec['volumes'] ?? []) as Json[]).filter((volume) => volume['hostPath'] !== undefined)
      return bad.length === 0 ? null : { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quoted(names(bad))}` }
    },
  },
  {
    id: 'hostPorts',
    level: 'baseline',
    check(spec) {
      const portsOf = (container: Json) => ((container['ports'] ?? []) as Json[]).map((port) => port['hostPort'] as number | undefined).filter((port) => !!port)
      const bad = containersOf(spec).filter((container) => portsOf(container).length > 0)
      const ports = [...new Set(bad.flatMap(portsOf))].sort()
      return bad.length === 0
        ? null
        : { reason: 'hostPort', detail: `${subject(bad)} ${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}` }
    },
  },
  {
    id: 'hostProbesAndHostLifecycle',
    level: 'baseline',
    check(spec) {
      const hostsOf = (container: Json): string[] =>
        [container['livenessProbe'], container['readinessProbe'], container['startupProbe'], container['lifecycle']?.postStart, container['lifecycle']?.preStop]
          .flatMap((handler) => [(handler as Json | undefined)?.['httpGet']?.host, (handler as Json | undefined)?.['tcpSocket']?.host])
          .filter((host): host is string => typeof host === 'string' && host !== '' && host !== '127.0.0.1' && host !== '::1')
      const bad = containersOf(spec).filter((container) => hostsOf(container).length > 0)
      const hosts = [...new Set(bad.flatMap(hostsOf))].sort()
      return bad.length === 0
        ? null
        : { reason: 'probe or lifecycle host', detail: `${subject(bad)} ${plural('uses', 'use', bad.length)} probe or lifecycle ${plural('host', 'hosts', hosts.length)} ${quoted(hosts)}` }
    },
  },
  {
    id: 'privileged',
    level: 'baseline',
    check(spec) {
      const bad = containersOf(spec).filter((container) => security(container)['privileged'] === true)
      return bad.length === 0 ? null : { reason: 'privileged', detail: `${subject(bad)} must not set securityContext.privileged=true` }
    },
  },
  {
    id: 'procMount',
    level: 'baseline',
    check(spec) {
      const mountOf = (container: Json) => security(container)['procMount'] as string | undefined
      const bad = containersOf(spec).filter((container) => !['Default', undefined].includes(mountOf(container)))
      const kinds = [...new Set(bad.map((container) => mountOf(container) as string))].sort()
      return bad.length === 0 ? null : { reason: 'procMount', detail: `${subject(bad)} must not set securityContext.procMount to ${quoted(kinds)}` }
    },
  },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    check(spec) {
      const typeOf = (volume: Json) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'
      const bad = ((spec['volumes'] ?? []) as Json[]).filter((volume) => !allowedVolumes.has(typeOf(volume)))
      const kinds = [...new Set(bad.map(typeOf))].sort()
      if (bad.length === 0) return null
      return {
        reason: 'restricted volume types',
        detail: `${plural('volume', 'volumes', bad.length)} ${quoted(names(bad))} ${plural('uses', 'use', bad.length)} restricted volume ${plural('type', 'types', kinds.length)} ${quoted(kinds)}`,
      }
    },
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    check(spec) {
      const ofPod = security(spec)['runAsNonRoot'] as boolean | undefined
      const explicit = containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === false)
      const implicit = containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === undefined)
      const podBad = ofPod === false && implicit.length + explicit.length > 0
      const reason = 'runAsNonRoot != true'
      if (podBad || explicit.length > 0) return { reason, detail: `${who(podBad, explicit)} must not set securityContext.runAsNonRoot=false` }
      if (ofPod === true || implicit.length === 0) return null
      return { reason, detail: `pod or ${subject(implicit)} must set securityContext.runAsNonRoot=true` }
    },
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    check(spec) {
      const podBad = security(spec)['runAsUser'] === 0
      const bad = containersOf(spec).filter((container) => security(container)['runAsUser'] === 0)
      return podBad || bad.length > 0 ? { reason: 'runAsUser=0', detail: `${who(podBad, bad)} must not set runAsUser=0` } : null
    },
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    check(spec) {
      const types = new Set<string>()
      let user = false
      let role = false
      const isBad = (holder: Json) => {
        const options = security(holder)['seLinuxOptions'] as Json | undefined
        if (options === undefined) return false
        const type = (options['type'] ?? '') as string
        if (!selinuxTypes.has(type)) types.add(type)
        user ||= !!options['user']
        role ||= !!options['role']
        return !selinuxTypes.has(type) || !!options['user'] || !!options['role']
      }
      const podBad = isBad(spec)
      const bad = containersOf(spec).filter(isBad)
      if (!podBad && bad.length === 0) return null
      const details = [
        ...(types.size > 0 ? [`${plural('type', 'types', types.size)} ${quoted([...types].sort())}`] : []),
        ...(user ? ['user may not be set'] : []),
        ...(role ? ['role may not be set'] : []),
      ]
      return { reason: 'seLinuxOptions', detail: `${who(podBad, bad)} set forbidden securityContext.seLinuxOptions: ${details.join('; ')}` }
    },
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    overriddenBy: 'seccompProfile_restricted',
    check(spec) {
      const podBad = seccompType(spec) === 'Unconfined'
      const bad = containersOf(spec).filter((container) => seccompType(container) === 'Unconfined')
      return podBad || bad.length > 0
        ? { reason: 'seccompProfile', detail: `${who(podBad, bad)} must not set securityContext.seccompProfile.type to "Unconfined"` }
        : null
    },
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const good = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost'
      const ofPod = seccompType(spec)
      const explicit = containersOf(spec).filter((container) => seccompType(container) !== undefined && !good(seccompType(container)))
      const implicit = containersOf(spec).filter((container) => seccompType(container) === undefined)
      const podBad = ofPod !== undefined && !good(ofPod)
      const reason = 'seccompProfile'
      if (podBad || explicit.length > 0) {
        const kinds = [...new Set([...(podBad ? [ofPod] : []), ...explicit.map((container) => seccompType(container) as string)])].sort()
        return { reason, detail: `${who(podBad, explicit)} must not set securityContext.seccompProfile.type to ${quoted(kinds)}` }
      }
      if (good(ofPod) || implicit.length === 0) return null
      return { reason, detail: `pod or ${subject(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` }
    },
  },
  {
    id: 'sysctls',
    level: 'baseline',
    check(spec) {
      const bad = ((security(spec)['sysctls'] ?? []) as Json[]).map(({ name }) => name as string).filter((name) => !safeSysctls.has(name))
      return bad.length === 0 ? null : { reason: 'forbidden sysctls', detail: bad.join(', ') }
    },
  },
  {
    id: 'windowsHostProcess',
    level: 'baseline',
    check(spec) {
      const isBad = (holder: Json) => (security(holder)['windowsOptions'] as Json | undefined)?.['hostProcess'] === true
      const bad = containersOf(spec).filter(isBad)
      return isBad(spec) || bad.length > 0
        ? { reason: 'hostProcess', detail: `${who(isBad(spec), bad)} must not set securityContext.windowsOptions.hostProcess=true` }
        : null
    },
  },
]
