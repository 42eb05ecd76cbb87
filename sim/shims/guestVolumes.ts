import { createHash } from 'node:crypto'
import type { CriMount } from '../kubelet/containerRuntime.ts'
import type { Machine } from '../machine/machine.ts'
import type { ContainerMount } from '../machine/machineContainer.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import type { SimNode } from '../node/simNode.ts'
import type { GuestDisks } from './guestDisks.ts'
import { withBacktrace } from './backtrace.ts'
import { refusedProcMount } from './procMounts.ts'
import type { ShimConfig } from './shimConfig.ts'
import { copyTree, emptyCopy } from './volumeCopies.ts'
import { below, volumeKind, type VolumeKind } from './volumeKind.ts'
import { type HostMounts, isClaimed, isHostDirectory, shownAs } from './volumeMounts.ts'

const sharedInGuest = '/run/kata-containers/shared/containers'

/** The volumes of a pod's containers in its guest: what is shared, made or plugged there. */
export interface GuestVolumes {
  /**
   * The mounts of one container, in the order that containerd gave them.
   * @throws Error with the agent's words when it cannot or may not make one.
   */
  mountsOf(containerId: string, mounts: readonly CriMount[]): ContainerMount[]
  /** The sandbox ends, and with it what the guest has written into its copies. */
  end(): void
}

export function createGuestVolumes(
  node: SimNode,
  guest: Machine,
  disks: GuestDisks,
  config: ShimConfig,
  sandbox: { id: string; confidential: boolean; language: 'go' | 'rust' },
  host: HostMounts,
): GuestVolumes {
  const { departures } = node
  const { id: sandboxId, confidential, language } = sandbox
  const withoutSharing = config.sharedFs === 'none' && (confidential || departures.firecrackerVolumes === 'copied')
  const copiedFrom = new Map<string, string>()
  const emptyDirs = new Map<string, string>()
  const deviceFsKiB = Math.round(guest.spec.memory.totalKiB / 2)
  const deviceFsSize = `size=${deviceFsKiB}k,nr_inodes=${Math.round(deviceFsKiB / 4)}`

  /** A directory of the guest which all containers of the pod mount: an emptyDir. */
  const guestDirectory = (hostPath: string, kind: 'local' | 'ephemeral' | 'shm', containerId: string): string => {
    const own = departures.emptyDirPer === 'container' && kind !== 'shm' ? `-${containerId}` : ''
    const known = emptyDirs.get(`${hostPath}${own}`)
    if (known !== undefined) return known
    const name = `${nameOf(hostPath)}${own}`
    const path =
      kind === 'local'
        ? `${sharedInGuest}/${sandboxId}/rootfs/local/${name}`
        : `/run/kata-containers/sandbox/${sandboxId}/${kind}/${name}`
    guest.files.mkdir(path, 0o777)
    const { gid = 0, mode = 0 } = (node.machine.files.inodeOf(hostPath) ?? {}) as { gid?: number; mode?: number }
    if (kind !== 'local')
      guest.files.mount(
        path,
        { tmpfs: true, sizeBytes: kind === 'shm' ? null : config.defaultMemoryMiB * 1024 * 1024 },
        { fstype: 'tmpfs' },
      )
    // The shim tells the agent the group of the kubelet's directory (kata_agent.go, handleLocalStorage and handleEphemeralStorage: fsgid).
    const made = guest.files.inodeOf(path) as { gid: number; mode: number } | null
    if (made && gid !== 0 && departures.emptyDirGroup === 'of-pod') Object.assign(made, { gid, mode: mode | 0o2000 })
    emptyDirs.set(`${hostPath}${own}`, path)
    return path
  }

  const share = (containerId: string, mount: CriMount): string => {
    const hash = createHash('sha256').update(mount.containerPath).digest('hex').slice(0, 16)
    const path = `${sharedInGuest}/${containerId}-${hash}-${nameOf(mount.containerPath)}`
    // The Go shim copies updates of these, too (fs_share_linux.go, StartFileEventWatcher).
    const watched =
      confidential && language === 'go' && volumeKind(mount, config, host, host.isTmpfs, departures) === 'watchable'
    const ofPod = below(mount.hostPath, '/var/lib/kubelet') || below(mount.hostPath, '/var/lib/containerd')
    const copies = !confidential || ofPod ? 'at-start' : departures.teeCopies
    if (withoutSharing && copies === 'empty') guest.files.mkdir(path, 0o777)
    else if (withoutSharing && copies === 'at-start' && !watched) {
      copyTree(node.machine.files, mount.hostPath, guest.files, path)
      if (confidential && !ofPod && !mount.readonly) copiedFrom.set(path, mount.hostPath)
    } else
      guest.files.mount(
        path,
        { files: node.machine.files, path: mount.hostPath },
        { fstype: 'virtiofs', readonly: mount.readonly },
      )
    return path
  }

  const keptReadOnly = (path: string): boolean =>
    !departures.hostDirectoriesWritable && host.kindOf(path) === 'directory' && !madeForPod.test(path)

  /** What a container gets in place of a volume by a fault; null when nothing departs. */
  const departed = (containerId: string, mount: CriMount): string | null => {
    const { hostPath } = mount
    const own = `${sharedInGuest}/${containerId}-departed-${nameOf(mount.containerPath)}`
    if (departures.projectedVolumes === 'empty' && hostPath.includes('/kubernetes.io~projected/')) {
      guest.files.mkdir(own, 0o777)
      return own
    }
    if (departures.hostFiles === 'copied' && isHostFile(hostPath, host)) {
      guest.files.write(own, node.machine.files.read(hostPath) ?? '')
      return own
    }
    if (departures.subPathFiles === 'directories' && hostPath.includes('/volume-subpaths/')) {
      guest.files.mkdir(own, 0o777)
      return own
    }
    const [, volume, subPath] = /^(.*\/kubernetes\.io~empty-dir\/[^/]+)\/(.+)$/.exec(hostPath) ?? []
    if (volume !== undefined && subPath !== undefined) {
      if (departures.emptyDirSubPath === 'refused') throw new Error(withBacktrace('Invalid argument (os error 22)'))
      if (departures.emptyDirSubPath === 'empty-files') {
        emptyCopy(guest.files, `${emptyDirs.get(volume) ?? hostPath}/${subPath}`, own)
        return own
      }
    }
    if (departures.hostDirectories === 'shared' || !isHostDirectory(hostPath, host)) return null
    if (departures.hostDirectories === 'copied') copyTree(node.machine.files, hostPath, guest.files, own)
    else guest.files.mkdir(hostPath)
    return departures.hostDirectories === 'copied' ? own : hostPath
  }

  const copied = (containerId: string, mount: CriMount): string => {
    const path = `${sharedInGuest}/${containerId}-copied-${nameOf(mount.containerPath)}`
    copyTree(node.machine.files, mount.hostPath, guest.files, path)
    return path
  }

  const sourceOf = (containerId: string, mount: CriMount, kind: VolumeKind): string => {
    if (kind === 'watchable' && departures.configUpdates === 'never') return copied(containerId, mount)
    if (kind === 'watchable' && confidential && departures.teeConfiguration === 'of-the-first-pod')
      return copied(containerId, { ...mount, hostPath: firstConfiguration(node.machine.files, mount) })
    if (kind === 'share' && isClaimed(mount.hostPath) && departures.claimedWrites === 'lost')
      return copied(containerId, mount)
    const nodesShm = kind === 'shm' && mount.hostPath === '/dev/shm' && departures.hostIpcShows === 'node'
    if (nodesShm) return share(containerId, mount)
    const other = kind === 'share' ? departed(containerId, mount) : null
    if (other !== null) return other
    if (kind === 'shm')
      return guestDirectory(departures.podShm ? mount.hostPath : `${mount.hostPath}-${containerId}`, kind, containerId)
    if (kind === 'local' || kind === 'ephemeral') return guestDirectory(mount.hostPath, kind, containerId)
    if (kind === 'block' && language === 'rust' && departures.rustHostDisk === 'empty-file') {
      const path = `${sharedInGuest}/${containerId}-empty-${nameOf(mount.containerPath)}`
      guest.files.write(path, '')
      return path
    }
    if (kind === 'block') return disks.plug(mount.hostPath, mount.readonly).path
    if (kind !== 'guest') return share(containerId, mount)
    if (departures.hostProcShows === 'node' && !below(mount.hostPath, '/dev')) return share(containerId, mount)
    if (guest.files.kindOf(mount.hostPath) === null) {
      if (departures.missingHostDevice === 'refused')
        throw new Error(withBacktrace('No such file or directory (os error 2)'))
      guest.files.write(mount.hostPath, '')
    }
    return mount.hostPath
  }

  const checkProc = (mount: CriMount, kind: VolumeKind) => {
    const proc = {
      destination: mount.containerPath,
      sourceIsProc: kind === 'guest' && below(mount.hostPath, '/proc'),
      sourceIsFile: host.kindOf(mount.hostPath) !== 'directory',
    }
    const refused = refusedProcMount(
      proc,
      node.mode,
      guest.files.kindOf(mount.containerPath.replace('/proc/self/', '/proc/1/')) !== null,
      departures,
    )
    if (refused !== null) throw new Error(withBacktrace(refused))
  }

  /** A departure: nothing of a Secret below another volume. */
  const hidden = (containerId: string, mount: CriMount): string => {
    const path = `${sharedInGuest}/${containerId}-hidden-${nameOf(mount.containerPath)}`
    guest.files.mkdir(path, 0o777)
    return path
  }

  return {
    mountsOf(containerId, mounts) {
      return mounts.map((given) => {
        const mount = keptReadOnly(given.hostPath) ? { ...given, readonly: true } : given
        const kind = volumeKind(mount, config, host, host.isTmpfs, departures)
        checkProc(mount, kind)
        const nested = mounts.some((other) => other !== mount && below(mount.containerPath, other.containerPath))
        const hides = departures.nestedVolumes === 'hidden' && kind === 'watchable' && nested
        const source = hides ? hidden(containerId, mount) : sourceOf(containerId, mount, kind)
        return {
          kind: 'bind',
          destination: mount.containerPath,
          source,
          ...(withoutSharing && kind === 'share'
            ? { fstype: 'tmpfs', device: 'tmpfs', options: `${mount.readonly ? 'ro' : 'rw'},relatime` }
            : shownAs(node, mount, kind, config, host, deviceFsSize)),
        }
      })
    },
    end() {
      if (departures.teeWrites === 'lost') return
      for (const [path, hostPath] of copiedFrom) copyTree(guest.files, path, node.machine.files, hostPath)
    },
  }
}

/** The departure: what the first pod of the node had at this path with these files is what all have there. */
function firstConfiguration(files: MachineFiles, { hostPath, containerPath }: CriMount): string {
  const kept = `/run/kata-containers/configuration/${nameOf(containerPath)}-${files
    .list(hostPath)
    .filter((name) => !name.startsWith('..'))
    .join('-')}`
  if (files.kindOf(kept) === null) copyTree(files, hostPath, files, kept)
  return kept
}

/** A volume that the kubelet makes for a pod, or what containerd keeps for it. */
const madeForPod = /\/volumes\/kubernetes\.io~|\/volume-subpaths\/|^\/var\/lib\/containerd\/|^\/run\//

/** A file of a hostPath. */
function isHostFile(path: string, host: HostMounts): boolean {
  const ofPod = below(path, '/var/lib/kubelet') || below(path, '/var/lib/containerd') || below(path, '/run/containerd')
  return !ofPod && host.kindOf(path) === 'file'
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
