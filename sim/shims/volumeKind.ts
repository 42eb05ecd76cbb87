import type { Departures } from '../faults/departures.ts'
import type { CriMount, HostFiles } from '../kubelet/containerRuntime.ts'
import type { ShimConfig } from './shimConfig.ts'

/**
 * How a shim brings a mount of the pod into the guest.
 * share: by the shared file system. local: a directory that lives inside the guest (emptyDir, SetEphemeralStorageType). ephemeral: a tmpfs
 * of the guest (memory-backed emptyDir). watchable: a tmpfs of the guest which the agent keeps up to date (ConfigMap, Secret). guest: the
 * guest's own path (isSystemMount, isHostDevice of mount.go). shm: the sandbox's /dev/shm. block: hot-plugged as a disk (createBlockDevices of container.go).
 */
export type VolumeKind = 'share' | 'local' | 'ephemeral' | 'watchable' | 'guest' | 'shm' | 'block'

const emptyDir = /\/volumes\/kubernetes\.io~empty-dir\/[^/]+$/
const watched = /\/volumes\/kubernetes\.io~(configmap|secret)\/[^/]+$/

/** @param isTmpfs whether the node has a tmpfs mounted exactly there. */
export function volumeKind(
  mount: CriMount,
  config: ShimConfig,
  host: Pick<HostFiles, 'kindOf'>,
  isTmpfs: (path: string) => boolean,
  departures: Pick<Departures, 'hostDiskPlugged' | 'hostDevShows' | 'hostSysShows'>,
): VolumeKind {
  const { hostPath } = mount
  if (emptyDir.test(hostPath)) {
    if (isTmpfs(hostPath)) return 'ephemeral'
    return config.guestEmptyDir ? 'local' : 'share'
  }
  if (
    mount.containerPath === '/dev/shm' &&
    (hostPath === '/dev/shm' || isTmpfs(hostPath) || /\/sandboxes\/[0-9a-f]+\/shm$/.test(hostPath))
  )
    return 'shm'
  if (watched.test(hostPath)) return 'watchable'
  if (below(hostPath, '/sys')) return departures.hostSysShows === 'node' ? 'share' : 'guest'
  if (below(hostPath, '/proc')) return 'guest'
  const kind = host.kindOf(hostPath)
  const plugs = { 'as-configured': !config.disableBlockDeviceUse, always: true, never: false }
  if (kind === 'blockDevice' && plugs[departures.hostDiskPlugged]) return 'block'
  if (below(hostPath, '/dev') && kind !== 'file')
    return departures.hostDevShows === 'node' && kind === 'directory' ? 'share' : 'guest'
  return 'share'
}

/** Whether a path is a directory or lies in it. */
export function below(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}
