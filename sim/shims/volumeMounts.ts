import type { CriMount } from '../kubelet/containerRuntime.ts'
import type { SimNode } from '../node/simNode.ts'
import type { ShimConfig } from './shimConfig.ts'
import { below, type VolumeKind } from './volumeKind.ts'

export interface HostMounts {
  kindOf: (path: string) => 'directory' | 'file' | 'socket' | 'characterDevice' | 'blockDevice' | null
  isTmpfs: (path: string) => boolean
}

/** How /proc/mounts shows a volume, as recorded: directories by announced submounts (none), files by the share itself (kataShared). */
export function shownAs(
  node: SimNode,
  mount: CriMount,
  kind: VolumeKind,
  config: ShimConfig,
  host: HostMounts,
  deviceFsSize: string,
): { fstype: string; device: string; options: string } {
  const access = mount.readonly ? 'ro' : 'rw'
  if (kind === 'guest') return guestFilesystem(mount.hostPath, access, deviceFsSize)
  if (kind === 'block') return guestFilesystem('/dev', access, deviceFsSize)
  if (kind === 'shm') return { fstype: 'tmpfs', device: 'shm', options: `${access},relatime` }
  if (kind === 'watchable') return { fstype: 'tmpfs', device: 'tmpfs', options: `${access},relatime` }
  if (kind === 'ephemeral')
    return { fstype: 'tmpfs', device: 'tmpfs', options: `${access},relatime,size=${config.defaultMemoryMiB * 1024}k` }
  const directory = host.kindOf(mount.hostPath) === 'directory'
  const { hostDirectories, claimedFiles } = node.departures
  if (claimedFiles === 'as-disk' && isClaimed(mount.hostPath))
    return { fstype: 'ext4', device: '/dev/sda', options: `${access},relatime` }
  if (hostDirectories !== 'shared' && isHostDirectory(mount.hostPath, host))
    return hostDirectories === 'copied'
      ? { fstype: 'tmpfs', device: 'tmpfs', options: `${access},relatime` }
      : { fstype: 'ext4', device: '/dev/root', options: `${access},relatime` }
  if (node.departures.sharedFilesystem === '9p' && kind === 'share' && directory) return nineP(access)
  const dax = config.virtiofsCacheMiB > 0 ? ',dax' : ''
  return { fstype: 'virtiofs', device: directory ? 'none' : 'kataShared', options: `${access},relatime${dax}` }
}

/** A mount of the old shared file system. */
export function nineP(access: 'rw' | 'ro'): { fstype: string; device: string; options: string } {
  return {
    fstype: '9p',
    device: 'kataShared',
    options: `${access},dirsync,nodev,relatime,access=client,msize=8192,trans=virtio`,
  }
}

function guestFilesystem(
  path: string,
  access: string,
  deviceFsSize: string,
): { fstype: string; device: string; options: string } {
  if (below(path, '/proc')) return { fstype: 'proc', device: 'proc', options: `${access},nosuid,nodev,noexec,relatime` }
  if (below(path, '/sys'))
    return { fstype: 'sysfs', device: 'sysfs', options: `${access},nosuid,nodev,noexec,relatime` }
  return { fstype: 'devtmpfs', device: 'devtmpfs', options: `${access},relatime,${deviceFsSize},mode=755` }
}

/** The volume of a claim, as a CSI driver publishes it. */
export const isClaimed = (path: string): boolean => path.includes('/kubernetes.io~csi/')

/** A directory of a hostPath: not one that kubelet or containerd made for the pod. */
export function isHostDirectory(path: string, host: HostMounts): boolean {
  const ofPod = below(path, '/var/lib/kubelet') || below(path, '/var/lib/containerd')
  return !ofPod && host.kindOf(path) === 'directory'
}
