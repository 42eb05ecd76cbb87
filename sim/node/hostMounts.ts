import type { HostMounts } from '../shims/volumeMounts.ts'
import { below } from '../shims/volumeKind.ts'
import { rootVolume } from './nodeHardware.ts'
import type { SimNode } from './simNode.ts'

/** What the runtime knows of its node's mounts. */
export function createHostMounts(node: Pick<SimNode, 'machine' | 'tmpfsMounts'>): HostMounts {
  const { files } = node.machine
  return {
    kindOf(path) {
      const kind = files.kindOf(path)
      return kind === 'symlink' ? null : kind
    },
    isTmpfs: (path) => node.tmpfsMounts.has(path),
  }
}

/** How /proc/mounts of a container shows a bind mount of a path of the node: the file system on which that path lies. */
export function hostFilesystem(
  node: Pick<SimNode, 'tmpfsMounts' | 'scenario'>,
  path: string,
  readonly: boolean,
): { fstype: string; device: string; options: string } {
  const access = readonly ? 'ro' : 'rw'
  if ([...node.tmpfsMounts].some((mounted) => below(path, mounted)))
    return {
      fstype: 'tmpfs',
      device: 'tmpfs',
      options: `${access},relatime,size=${node.scenario.memoryMiB * 1024}k,inode64,noswap`,
    }
  if (below(path, '/proc')) return { fstype: 'proc', device: 'proc', options: `${access},nosuid,nodev,noexec,relatime` }
  if (below(path, '/sys'))
    return { fstype: 'sysfs', device: 'sysfs', options: `${access},nosuid,nodev,noexec,relatime` }
  if (below(path, '/dev')) {
    const half = node.scenario.memoryMiB * 512
    const size = `size=${half}k,nr_inodes=${half / 4}`
    return { fstype: 'devtmpfs', device: 'udev', options: `${access},nosuid,relatime,${size},mode=755,inode64` }
  }
  if (below(path, '/run'))
    return { fstype: 'tmpfs', device: 'tmpfs', options: `${access},nosuid,nodev,mode=755,inode64` }
  const device = node.scenario.rootVolume === 'logical' ? `/dev/mapper/${rootVolume.mapped}` : '/dev/vda1'
  return { fstype: 'ext4', device, options: `${access},noatime` }
}
