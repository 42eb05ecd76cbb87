import type { CriMount, SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'

/** Where containerd keeps a sandbox's own files. */
function directory(id: string): string {
  return `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`
}

export function shmDirectory(id: string): string {
  return `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/shm`
}

/** Writes hostname and resolv.conf of a sandbox and makes its /dev/shm. */
export function writeSandboxFiles(files: MachineFiles, id: string, config: SandboxConfig, hostname: string): void {
  files.write(`${directory(id)}/hostname`, `${hostname}\n`)
  files.write(`${directory(id)}/resolv.conf`, resolvConf(config.dns))
  files.mkdir(shmDirectory(id), 0o1777)
  files.mount(shmDirectory(id), { tmpfs: true, sizeBytes: 65536 * 1024 }, { fstype: 'tmpfs' })
}

export function removeSandboxFiles(files: MachineFiles, id: string): void {
  files.unmount(shmDirectory(id))
  files.remove(shmDirectory(id).replace(/\/shm$/, ''))
  files.remove(directory(id))
}

/** The mounts of all containers with what containerd adds unless the pod has it: hostname, resolv.conf, shm; by depth of the destination. */
export function withSandboxMounts(mounts: readonly CriMount[], id: string, hostIpc: boolean): CriMount[] {
  const added = [
    { containerPath: '/etc/hostname', hostPath: `${directory(id)}/hostname` },
    { containerPath: '/etc/resolv.conf', hostPath: `${directory(id)}/resolv.conf` },
    { containerPath: '/dev/shm', hostPath: hostIpc ? '/dev/shm' : shmDirectory(id) },
  ].filter(({ containerPath }) => !mounts.some((mount) => mount.containerPath === containerPath))
  const all = [...mounts, ...added.map((mount): CriMount => ({ ...mount, readonly: false, propagation: 'private' }))]
  return all.sort((a, b) => depth(a.containerPath) - depth(b.containerPath))
}

function resolvConf({ searches, servers, options }: SandboxConfig['dns']): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

function depth(path: string): number {
  return path.split('/').filter(Boolean).length
}
