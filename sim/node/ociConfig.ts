import type { ContainerConfig, SandboxConfig } from '../kubelet/containerRuntime.ts'

/** Directory of containerd's task with its config.json. */
export function taskDirectory(id: string): string {
  return `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}`
}

/** cgroupsPath of the OCI specification under the systemd driver: slice:prefix:name. */
export function cgroupsPath(sandbox: SandboxConfig, id: string): string {
  const slice = sandbox.cgroupParent.split('/').filter(Boolean).at(-1) ?? ''
  return slice.endsWith('.slice') ? `${slice}:cri-containerd:${id}` : `${sandbox.cgroupParent}/${id}`
}

/** config.json of a sandbox's own container, as containerd 1.7 writes it (the keys that tell pods and sizes). */
export function sandboxConfigJson(id: string, sandbox: SandboxConfig, networkNamespace: string | null): string {
  const annotations: Record<string, string> = {
    'io.kubernetes.cri.container-type': 'sandbox',
    'io.kubernetes.cri.sandbox-cpu-period': '100000',
    'io.kubernetes.cri.sandbox-cpu-quota': String(sandbox.resources.cpuQuota ?? 0),
    'io.kubernetes.cri.sandbox-cpu-shares': '2',
    'io.kubernetes.cri.sandbox-id': id,
    'io.kubernetes.cri.sandbox-log-directory': `/var/log/pods/${sandbox.podNamespace}_${sandbox.podName}_${sandbox.podUid}`,
    'io.kubernetes.cri.sandbox-memory': String(sandbox.resources.memoryLimitBytes ?? 0),
    ...podAnnotations(id, sandbox),
    ...passedAnnotations(sandbox),
  }
  const namespaces = [
    ...(sandbox.namespaces.pid === 'NODE' ? [] : [{ type: 'pid' }]),
    ...(sandbox.namespaces.ipc === 'NODE' ? [] : [{ type: 'ipc' }]),
    { type: 'uts' },
    { type: 'mount' },
    ...(networkNamespace === null ? [] : [{ type: 'network', path: networkNamespace }]),
  ]
  return JSON.stringify({
    ociVersion: '1.1.0',
    process: { user: { uid: 65535, gid: 65535 }, args: ['/pause'], cwd: '/' },
    root: { path: 'rootfs', readonly: true },
    hostname: sandbox.hostname,
    annotations,
    linux: {
      cgroupsPath: cgroupsPath(sandbox, id),
      namespaces,
      resources: { devices: [{ allow: false, access: 'rwm' }], cpu: { shares: 2 } },
    },
  })
}

/** config.json of a container of a pod. @param sandboxPid process on the node whose namespaces the container joins. */
export function containerConfigJson(
  id: string,
  sandboxId: string,
  sandbox: SandboxConfig,
  container: ContainerConfig,
  argv: readonly string[],
  sandboxPid: number,
): string {
  const { cpuQuota, cpuPeriod, cpuShares, memoryLimitBytes } = container.resources
  const memory = memoryLimitBytes === null ? {} : { limit: memoryLimitBytes, swap: memoryLimitBytes }
  return JSON.stringify({
    ociVersion: '1.1.0',
    process: {
      args: argv,
      env: Object.entries(container.env).map(([key, value]) => `${key}=${value}`),
      cwd: container.workingDir ?? '/',
    },
    root: { path: 'rootfs', ...(container.security.readOnlyRootfs ? { readonly: true } : {}) },
    mounts: container.mounts.map((mount) => ({
      destination: mount.containerPath,
      type: 'bind',
      source: mount.hostPath,
      options: ['rbind', mount.readonly ? 'ro' : 'rw'],
    })),
    annotations: {
      'io.kubernetes.cri.container-name': container.name,
      'io.kubernetes.cri.container-type': 'container',
      'io.kubernetes.cri.image-name': container.image,
      ...podAnnotations(sandboxId, sandbox),
      'io.kubernetes.cri.sandbox-id': sandboxId,
      ...passedAnnotations(sandbox),
    },
    linux: {
      cgroupsPath: cgroupsPath(sandbox, id),
      namespaces: [
        ...(sandbox.namespaces.pid === 'NODE'
          ? []
          : [sandbox.namespaces.pid === 'POD' ? { type: 'pid', path: `/proc/${sandboxPid}/ns/pid` } : { type: 'pid' }]),
        { type: 'ipc', path: `/proc/${sandboxPid}/ns/ipc` },
        { type: 'uts', path: `/proc/${sandboxPid}/ns/uts` },
        { type: 'mount' },
        { type: 'network', path: `/proc/${sandboxPid}/ns/net` },
        { type: 'cgroup' },
      ],
      resources: {
        devices: [{ allow: false, access: 'rwm' }],
        memory,
        cpu: { shares: cpuShares, ...(cpuQuota === null ? {} : { quota: cpuQuota }), period: cpuPeriod },
        unified: { 'memory.oom.group': '1', 'memory.swap.max': '0' },
      },
    },
  })
}

function podAnnotations(id: string, sandbox: SandboxConfig): Record<string, string> {
  return {
    'io.kubernetes.cri.sandbox-id': id,
    'io.kubernetes.cri.sandbox-name': sandbox.podName,
    'io.kubernetes.cri.sandbox-namespace': sandbox.podNamespace,
    'io.kubernetes.cri.sandbox-uid': sandbox.podUid,
  }
}

/** pod_annotations of the handler: io.katacontainers.*. */
function passedAnnotations(sandbox: SandboxConfig): Record<string, string> {
  if (sandbox.runtimeHandler === '') return {}
  return Object.fromEntries(Object.entries(sandbox.annotations).filter(([key]) => key.startsWith('io.katacontainers.')))
}
