import type { KubeObject } from '../kubeObject.ts'
import type { SandboxConfig } from './containerRuntime.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { overheadOf, podLimits, qosClass } from './podResources.ts'
import { specOf } from './podSpec.ts'

/** PodSandboxConfig as kuberuntime_sandbox.go makes it. */
export function sandboxConfig(
  context: KubeletContext,
  pod: KubeObject,
  runtimeHandler: string,
  attempt: number,
): SandboxConfig {
  const spec = specOf(pod)
  const limits = podLimits(pod)
  const overhead = overheadOf(pod)
  const cpuLimit = limits.get('cpu') ?? 0
  return {
    podName: pod.metadata.name,
    podNamespace: pod.metadata.namespace!,
    podUid: pod.metadata.uid!,
    attempt,
    hostname: hostnameOf(pod),
    labels: {
      ...pod.metadata.labels,
      'io.kubernetes.pod.name': pod.metadata.name,
      'io.kubernetes.pod.namespace': pod.metadata.namespace!,
      'io.kubernetes.pod.uid': pod.metadata.uid!,
    },
    annotations: { ...pod.metadata.annotations },
    runtimeHandler,
    namespaces: {
      network: spec.hostNetwork ? 'NODE' : 'POD',
      ipc: spec.hostIPC ? 'NODE' : 'POD',
      pid: spec.hostPID ? 'NODE' : spec.shareProcessNamespace ? 'POD' : 'CONTAINER',
    },
    privileged: [...spec.containers, ...(spec.initContainers ?? [])].some(
      (container) => container.securityContext?.privileged === true,
    ),
    sysctls: Object.fromEntries(
      (spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name.replaceAll('/', '.'), value]),
    ),
    cgroupParent: cgroupParent(pod, context.cluster.cgroupDriver),
    resources: {
      cpuQuota: cpuLimit ? Math.max(1000, cpuLimit * 100) : null,
      memoryLimitBytes: limits.get('memory') || null,
    },
    overhead: { cpuMillicores: overhead.get('cpu') ?? 0, memoryBytes: overhead.get('memory') ?? 0 },
    dns: dnsConfig(context, pod),
  }
}

export function hostnameOf(pod: KubeObject): string {
  return (specOf(pod).hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** The pod's cgroup: /kubepods/burstable/podUID, or the slices that the systemd driver names. */
export function cgroupParent(pod: KubeObject, driver: 'systemd' | 'cgroupfs'): string {
  const qos = qosClass(pod)
  const uid = pod.metadata.uid!
  const level = qos === 'Guaranteed' ? '' : qos.toLowerCase()
  if (driver === 'cgroupfs') return `/kubepods/${level ? `${level}/` : ''}pod${uid}`
  const parent = level ? `kubepods-${level}` : 'kubepods'
  return `/kubepods.slice${level ? `/${parent}.slice` : ''}/${parent}-pod${uid.replaceAll('-', '_')}.slice`
}

function dnsConfig(context: KubeletContext, pod: KubeObject): SandboxConfig['dns'] {
  const spec = specOf(pod)
  const { domain, dnsServer } = context.cluster
  const clusterFirst =
    spec.dnsPolicy === 'ClusterFirstWithHostNet' ||
    ((spec.dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst' && !spec.hostNetwork)
  const base =
    spec.dnsPolicy === 'None'
      ? { servers: [], searches: [], options: [] }
      : clusterFirst
        ? {
            servers: [dnsServer],
            searches: [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain],
            options: ['ndots:5'],
          }
        : { servers: ['127.0.0.53'], searches: [], options: ['edns0', 'trust-ad'] }
  const more = spec.dnsConfig
  return {
    servers: [...new Set([...base.servers, ...(more?.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(more?.searches ?? [])])],
    options: [
      ...base.options.filter((option) => !more?.options?.some(({ name }) => option.split(':')[0] === name)),
      ...(more?.options ?? []).map(({ name, value }) => (value === undefined ? name : `${name}:${value}`)),
    ],
  }
}
