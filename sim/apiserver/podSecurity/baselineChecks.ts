import { containersOf, extraCapabilities, names, plural, quoted, seccompType, security, subject, who } from './check.ts'
import type { Check, Json } from './check.ts'

/*
 * The baseline checks of the Pod Security Standards: k8s.io/pod-security-admission/policy (v0.34).
 */

const defaultCapabilities = new Set([
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
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])
const selinuxTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])
const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'

export const baselineChecks: readonly Check[] = [
  {
    id: 'appArmorProfile',
    level: 'baseline',
    check(spec, metadata) {
      const typeOf = (holder: Json) =>
        (security(holder)['appArmorProfile'] as Json | undefined)?.['type'] as string | undefined
      const isBad = (holder: Json) => !['RuntimeDefault', 'Localhost', undefined].includes(typeOf(holder))
      const bad = containersOf(spec).filter(isBad)
      const annotations = Object.entries(metadata.annotations ?? {})
        .filter(
          ([key, value]) =>
            key.startsWith(appArmorAnnotation) &&
            value !== '' &&
            value !== 'runtime/default' &&
            !value.startsWith('localhost/'),
        )
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .sort()
      const setters = [
        who(isBad(spec), bad),
        ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
      ]
      const values = [...new Set([...(isBad(spec) ? [spec] : []), ...bad].map((holder) => typeOf(holder) as string))]
        .sort()
        .concat(annotations)
      if (values.length === 0) return null
      return {
        reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
        detail: `${setters.filter((one) => one !== '').join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
      }
    },
  },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    overriddenBy: 'capabilities_restricted',
    check(spec) {
      const { containers, capabilities } = extraCapabilities(spec, defaultCapabilities)
      if (containers.length === 0) return null
      return {
        reason: 'non-default capabilities',
        detail: `${subject(containers)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`,
      }
    },
  },
  {
    id: 'hostNamespaces',
    level: 'baseline',
    check(spec) {
      const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true)
      return used.length === 0
        ? null
        : { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') }
    },
  },
  {
    id: 'hostPathVolumes',
    level: 'baseline',
    overriddenBy: 'restrictedVolumes',
    check(spec) {
      const bad = ((spec['volumes'] ?? []) as Json[]).filter((volume) => volume['hostPath'] !== undefined)
      return bad.length === 0
        ? null
        : { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quoted(names(bad))}` }
    },
  },
  {
    id: 'hostPorts',
    level: 'baseline',
    check(spec) {
      const portsOf = (container: Json) =>
        ((container['ports'] ?? []) as Json[])
          .map((port) => port['hostPort'] as number | undefined)
          .filter((port) => !!port)
      const bad = containersOf(spec).filter((container) => portsOf(container).length > 0)
      const ports = [...new Set(bad.flatMap(portsOf))].sort()
      return bad.length === 0
        ? null
        : {
            reason: 'hostPort',
            detail: `${subject(bad)} ${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
          }
    },
  },
  {
    id: 'hostProbesAndHostLifecycle',
    level: 'baseline',
    check(spec) {
      const lifecycle = (container: Json) => (container['lifecycle'] ?? {}) as Json
      const hostsOf = (container: Json): string[] =>
        [
          container['livenessProbe'],
          container['readinessProbe'],
          container['startupProbe'],
          lifecycle(container)['postStart'],
          lifecycle(container)['preStop'],
        ]
          .map((handler) => (handler ?? {}) as { httpGet?: { host?: string }; tcpSocket?: { host?: string } })
          .flatMap(({ httpGet, tcpSocket }) => [httpGet?.host, tcpSocket?.host])
          .filter((host): host is string => host !== undefined && host !== '' && host !== '127.0.0.1' && host !== '::1')
      const bad = containersOf(spec).filter((container) => hostsOf(container).length > 0)
      const hosts = [...new Set(bad.flatMap(hostsOf))].sort()
      return bad.length === 0
        ? null
        : {
            reason: 'probe or lifecycle host',
            detail: `${subject(bad)} ${plural('uses', 'use', bad.length)} probe or lifecycle ${plural('host', 'hosts', hosts.length)} ${quoted(hosts)}`,
          }
    },
  },
  {
    id: 'privileged',
    level: 'baseline',
    check(spec) {
      const bad = containersOf(spec).filter((container) => security(container)['privileged'] === true)
      return bad.length === 0
        ? null
        : { reason: 'privileged', detail: `${subject(bad)} must not set securityContext.privileged=true` }
    },
  },
  {
    id: 'procMount',
    level: 'baseline',
    check(spec) {
      const mountOf = (container: Json) => security(container)['procMount'] as string | undefined
      const bad = containersOf(spec).filter((container) => !['Default', undefined].includes(mountOf(container)))
      const kinds = [...new Set(bad.map((container) => mountOf(container) as string))].sort()
      return bad.length === 0
        ? null
        : { reason: 'procMount', detail: `${subject(bad)} must not set securityContext.procMount to ${quoted(kinds)}` }
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
      return {
        reason: 'seLinuxOptions',
        detail: `${who(podBad, bad)} set forbidden securityContext.seLinuxOptions: ${details.join('; ')}`,
      }
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
        ? {
            reason: 'seccompProfile',
            detail: `${who(podBad, bad)} must not set securityContext.seccompProfile.type to "Unconfined"`,
          }
        : null
    },
  },
  {
    id: 'sysctls',
    level: 'baseline',
    check(spec) {
      const bad = ((security(spec)['sysctls'] ?? []) as Json[])
        .map(({ name }) => name as string)
        .filter((name) => !safeSysctls.has(name))
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
        ? {
            reason: 'hostProcess',
            detail: `${who(isBad(spec), bad)} must not set securityContext.windowsOptions.hostProcess=true`,
          }
        : null
    },
  },
]
