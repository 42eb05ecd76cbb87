import type { PodHandle } from '../pods/podHandle.ts'

/** A block device of a kernel, as /proc/partitions lists it. */
export interface Disk {
  readonly name: string
  readonly kib: number
  /** What the device mapper calls it, as far as it was asked. */
  readonly mapped?: string
}

/** The block devices of the kernel under a container: that list knows no namespaces. */
export async function disks(pod: PodHandle): Promise<readonly Disk[]> {
  return parsePartitions((await pod.read(['cat', '/proc/partitions'])).stdout)
}

/**
 * Disks of a guest without those that it boots from and that its container's root is on: these have the size of their image, and a partition or a volume of the
 * node may have the same by chance.
 */
export async function addedDisks(pod: PodHandle): Promise<readonly Disk[]> {
  return parseAddedDisks((await pod.read(['cat', '/proc/partitions', '/proc/cmdline', '/proc/mounts'])).stdout)
}

/** Parses /proc/partitions, /proc/cmdline and /proc/mounts, one after the other. */
export function parseAddedDisks(text: string): readonly Disk[] {
  const all = parsePartitions(text)
  const booted = text.split('\n').find((line) => /(^|\s)root=/.test(line)) ?? ''
  const roots = [
    ...[...booted.matchAll(/\/dev\/(\w+)/g)].map(([, name]) => name ?? ''),
    /^\/dev\/(\w+) \/ /m.exec(text)?.[1] ?? '',
  ]
  const holds = (disk: string) => roots.some((root) => new RegExp(`^${disk}(p?\\d+)?$`).test(root))
  const own = all.filter(({ name }) => holds(name)).map(({ name }) => name)
  return all.filter(({ name }) => !own.some((disk) => new RegExp(`^${disk}(p?\\d+)?$`).test(name)))
}

/** Parses /proc/partitions. */
export const parsePartitions = (text: string): readonly Disk[] =>
  [...text.matchAll(/^\s*\d+\s+\d+\s+(\d+)\s+(\S+)$/gm)].map(([, kib, name]) => ({
    name: name ?? '',
    kib: Number(kib),
  }))

/** What stands for a piece of hardware or of a storage network: not RAM disks and loop devices, which every kernel has of the same sizes. */
const realDisk = /^(sd|vd|xvd|hd|nvme|mmcblk|pmem|rbd|nbd|md)/

/** Thin snapshots of containerd's devmapper snapshotter, which gives them to guests by design (containerd plugins/snapshots/devmapper, getDeviceName). */
const isSnapshot = ({ mapped }: Disk): boolean => mapped !== undefined && /-snap-\d+$/.test(mapped)

/**
 * Disks of a guest that may be its node's: of the same size, whatever they are called there. What has the size of a snapshot for containers says nothing.
 * @param node with the names of the device mapper: devices of it without a name are left out
 */
export const disksInCommon = (guest: readonly Disk[], node: readonly Disk[]): readonly string[] => {
  const isReal = ({ name, mapped, kib }: Disk): boolean => kib > 0 && (realDisk.test(name) || mapped !== undefined)
  const sizes = new Map(node.filter(isReal).map(({ name, mapped, kib }) => [kib, mapped ?? name]))
  for (const { kib } of node.filter(isSnapshot)) sizes.delete(kib)
  return guest
    .filter(({ name, kib }) => realDisk.test(name) && sizes.has(kib))
    .map(({ name, kib }) => `${name} (${kib} KiB, as ${sizes.get(kib)} of the node)`)
}
