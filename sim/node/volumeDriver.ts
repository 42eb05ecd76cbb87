import type { HostFiles } from '../kubelet/containerRuntime.ts'
import { MemoryDirectory } from '../machine/fs/memoryDirectory.ts'
import type { Machine } from '../machine/machine.ts'

/** Number of the device mapper's disks. */
const mapperMajor = 253
/** Numbers below are the snapshotter's, for the images and containers of Firecracker. */
const firstMinor = 64

/** The node plug-in of a CSI driver for volumes of the node's own disk: a logical volume each, as a device or with a file system on it. */
export function createVolumeDriver(machine: Machine): NonNullable<HostFiles['publishVolume']> {
  const disks = new Map<string, number>()
  const trees = new Map<string, MemoryDirectory>()
  const { files } = machine
  return ({ handle, block, sizeBytes, target }) => {
    if (block) {
      const minor = disks.get(handle) ?? firstMinor + disks.size
      if (!disks.has(handle)) machine.addBlockDevice({ name: `dm-${minor}`, major: mapperMajor, minor, sizeBytes })
      disks.set(handle, minor)
      files.mknod(target, 'b', mapperMajor, minor)
      return
    }
    const tree = trees.get(handle) ?? new MemoryDirectory(0o755, machine.spec.clock.now())
    trees.set(handle, tree)
    files.mkdir(target)
    files.mount(target, { inode: tree, source: `/dev/mapper/${handle}`, options: 'rw,relatime' }, { fstype: 'ext4' })
  }
}
