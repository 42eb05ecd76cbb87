import type { KubeObject } from '../kubeObject.ts'
import type { ContainerConfig, CriMount } from './containerRuntime.ts'
import { containerEnvironment, ContainerConfigError, expand } from './environment.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { qosClass } from './podResources.ts'
import { parseBytes, parseMillicores } from './quantity.ts'
import { specOf, type ContainerSpec } from './podSpec.ts'
import { podDirectory, subPathSource, type MountedVolumes } from './volumes/mountedVolumes.ts'

/** ContainerConfig as kuberuntime_container.go makes it. Throws ContainerConfigError. */
const hasProfile = (profile: { type: string } | undefined): boolean =>
  profile !== undefined && profile.type !== 'Unconfined'

export async function containerConfig(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
  attempt: number,
  volumes: MountedVolumes,
  podIps: readonly string[],
): Promise<ContainerConfig> {
  const env = await containerEnvironment(context, pod, container, podIps)
  const security = container.securityContext ?? {}
  const podSecurity = specOf(pod).securityContext ?? {}
  const privileged = security.privileged === true
  const runAsUser = security.runAsUser ?? podSecurity.runAsUser ?? null
  if (security.runAsNonRoot && runAsUser === 0)
    throw new ContainerConfigError(
      `container's runAsUser breaks non-root policy (pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`,
    )
  return {
    name: container.name,
    attempt,
    image: container.image,
    command: container.command?.map((word) => expand(word, env)) ?? null,
    args: container.args?.map((word) => expand(word, env)) ?? null,
    workingDir: container.workingDir ?? null,
    env,
    mounts: [
      ...volumeMounts(context, pod, container, volumes, env),
      ...kubeletMounts(context, pod, container, attempt, podIps),
    ],
    devices: (container.volumeDevices ?? []).map(({ name, devicePath }) => {
      const volume = volumes.get(name)
      if (!volume?.blockDevice) throw new ContainerConfigError(`volume "${name}" is not a block device`)
      return { containerPath: devicePath, hostPath: volume.hostPath, permissions: volume.readonly ? 'r' : 'mrw' }
    }),
    resources: containerResources(context, pod, container),
    security: {
      privileged,
      capabilitiesAdd: security.capabilities?.add ?? [],
      capabilitiesDrop: security.capabilities?.drop ?? [],
      noNewPrivs: security.allowPrivilegeEscalation === false && !privileged,
      seccomp: !privileged && hasProfile(security.seccompProfile ?? podSecurity.seccompProfile),
      readOnlyRootfs: security.readOnlyRootFilesystem === true,
      runAsUser,
      runAsGroup: security.runAsGroup ?? podSecurity.runAsGroup ?? null,
      supplementalGroups: [
        ...(podSecurity.supplementalGroups ?? []),
        ...(podSecurity.fsGroup === undefined ? [] : [podSecurity.fsGroup]),
      ],
    },
    tty: container.tty === true,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
  }
}

function volumeMounts(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
  volumes: MountedVolumes,
  env: Record<string, string>,
): CriMount[] {
  return (container.volumeMounts ?? []).map((mount, index) => {
    const volume = volumes.get(mount.name)
    if (!volume) throw new ContainerConfigError(`volume "${mount.name}" is not mounted`)
    const subPath = mount.subPathExpr ? expand(mount.subPathExpr, env) : mount.subPath
    return {
      containerPath: mount.mountPath,
      hostPath: subPath
        ? subPathSource(context.runtime.host, pod, volume, {
            container: container.name,
            volume: mount.name,
            index,
            subPath,
          })
        : volume.hostPath,
      readonly: mount.readOnly === true || volume.readonly,
      propagation:
        mount.mountPropagation === 'Bidirectional'
          ? 'bidirectional'
          : mount.mountPropagation === 'HostToContainer'
            ? 'hostToContainer'
            : 'private',
    }
  })
}

/** The hosts file and the termination log: files of the pod's directory on the node. */
function kubeletMounts(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
  attempt: number,
  podIps: readonly string[],
): CriMount[] {
  const { host } = context.runtime
  const directory = podDirectory(pod)
  const mounts: CriMount[] = []
  const mounted = new Set((container.volumeMounts ?? []).map((mount) => mount.mountPath))
  if (!mounted.has('/etc/hosts')) {
    const path = `${directory}/etc-hosts`
    if (host.kindOf(path) === null) host.writeFile(path, hostsFile(pod, podIps), 0o644)
    mounts.push({ containerPath: '/etc/hosts', hostPath: path, readonly: false, propagation: 'private' })
  }
  const log = terminationLogPath(pod, container, attempt)
  host.makeDirectory(log.slice(0, log.lastIndexOf('/')), 0o750)
  host.writeFile(log, '', 0o666)
  mounts.push({
    containerPath: container.terminationMessagePath ?? '/dev/termination-log',
    hostPath: log,
    readonly: false,
    propagation: 'private',
  })
  return mounts
}

export function terminationLogPath(pod: KubeObject, container: ContainerSpec, attempt: number): string {
  return `${podDirectory(pod)}/containers/${container.name}/${attempt.toString(16).padStart(8, '0')}`
}

function hostsFile(pod: KubeObject, podIps: readonly string[]): string {
  const spec = specOf(pod)
  const name = spec.hostname ?? pod.metadata.name
  const fqdn = spec.subdomain ? `${name}.${spec.subdomain}.${pod.metadata.namespace}.svc.cluster.local\t${name}` : name
  return [
    spec.hostNetwork ? '# Kubernetes-managed hosts file (host network).' : '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...(spec.hostNetwork ? [] : podIps.map((ip) => `${ip}\t${fqdn}`)),
    ...(spec.hostAliases?.length
      ? [
          '',
          '# Entries added by HostAliases.',
          ...spec.hostAliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join('\t')}`),
        ]
      : []),
    '',
  ].join('\n')
}

/** LinuxContainerResources: shares from the request, quota from the limit (100 ms periods), OOM score by QoS (qos/policy.go). */
export function containerResources(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
): ContainerConfig['resources'] {
  const limits = container.resources?.limits ?? {}
  const requests = { ...limits, ...container.resources?.requests }
  const qos = qosClass(pod)
  const memoryRequest = requests['memory'] ? parseBytes(requests['memory']) : 0
  const burstable = Math.min(999, Math.max(3, 1000 - Math.floor((1000 * memoryRequest) / context.memoryBytes)))
  return {
    cpuShares: Math.max(2, Math.floor(((requests['cpu'] ? parseMillicores(requests['cpu']) : 0) * 1024) / 1000)),
    cpuQuota: limits['cpu'] ? Math.max(1000, parseMillicores(limits['cpu']) * 100) : null,
    cpuPeriod: 100_000,
    memoryLimitBytes: limits['memory'] ? parseBytes(limits['memory']) : null,
    oomScoreAdj: qos === 'Guaranteed' ? -997 : qos === 'BestEffort' ? 1000 : burstable,
    pidsLimit: null,
  }
}
