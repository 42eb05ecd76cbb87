import type { PodHandle } from '../pods/podHandle.ts'

/** A block device of a kernel, as /proc/partitions lists it. */
export interface Disk {
  readonly name: string
  readonly kib: number
}

/** The block devices of the kernel under a container: that list knows no namespaces. */
export async function disks(pod: PodHandle): Promise<readonly Disk[]> {
  return parsePartitions((await pod.read(['cat', '/proc/partitions'])).stdout)
}

/** Parses /proc/partitions. */
export const parsePartitions = (text: string): readonly Disk[] =>
  [...text.matchAll(/^\s*\d+\s+\d+\s+(\d+)\s+(\S+)$/gm)].map(([, kib, name]) => ({
    name: name ?? '',
    kib: Number(kib),
  }))

/**
 * What stands for a piece of hardware or of a storage network: not RAM disks and loop devices, which every kernel has of the same sizes, and not the
 * device mapper's, which containerd's devmapper snapshotter gives to guests by design.
 */
const realDisk = /^(sd|vd|xvd|hd|nvme|mmcblk|pmem|rbd|nbd|md)/

/**
 * Disks of a guest that may be its node's: of the same size, whatever they are called there. A hot-plugged disk has another name in the guest, and the size of
 * its image is no real disk's.
 */
export const disksInCommon = (guest: readonly Disk[], node: readonly Disk[]): readonly string[] => {
  const sizes = new Map(
    node.filter(({ name, kib }) => realDisk.test(name) && kib > 0).map(({ name, kib }) => [kib, name]),
  )
  return guest
    .filter(({ name, kib }) => realDisk.test(name) && sizes.has(kib))
    .map(({ name, kib }) => `${name} (${kib} KiB, as ${sizes.get(kib)} of the node)`)
}
