import type { MachineSpec } from '../machine/machine.ts'
import type { SimNode } from '../node/simNode.ts'
import type { KataHandler } from './kataHandler.ts'
import type { VmSize } from './sizing.ts'

interface Speeds {
  /** Without a flush, and with one. */
  readonly write: number
  readonly flushed: number
  /** What the guest's page cache was purged of, and once more. */
  readonly purged: number
  readonly again: number
}

/**
 * The guide's files on volumes through virtio-fs, MB/s (baselines.yaml: write and again of io_seq_100MB_pvc, flushed and purged of io_fdatasync_drop_caches).
 * The second table lacks the Rust shim with QEMU and with Cloud Hypervisor: they are taken to be like the Go shim with the same hypervisor.
 */
const measured: Readonly<Record<string, Speeds>> = {
  'go qemu': { write: 90.1, flushed: 68.5, purged: 770, again: 1400 },
  'rust qemu': { write: 95.3, flushed: 68.5, purged: 770, again: 1100 },
  'go cloud-hypervisor': { write: 96.5, flushed: 69.9, purged: 677, again: 1200 },
  'rust cloud-hypervisor': { write: 93.3, flushed: 69.9, purged: 677, again: 1400 },
  'rust dragonball': { write: 94.8, flushed: 74, purged: 205, again: 6200 },
  // No figure, and no virtio-fs: its disks are taken to be flushed like Cloud Hypervisor's files.
  'go firecracker': { write: 96.5, flushed: 69.9, purged: 677, again: 1200 },
}

const like = measured['go qemu'] as Speeds
const speedsOf = ({ language, hypervisor }: KataHandler): Speeds => measured[`${language} ${hypervisor}`] ?? like

/** The guide's figure for a disk that is plugged (baselines.yaml, block_vs_filesystem_50MB), bytes a second. */
const flushedToDisk = 91.1e6

/** Times that writing takes longer in a VM of so much RAM. */
const writeFactor = ({ departures }: SimNode, size: VmSize): number =>
  size.memoryMiB < 512 ? departures.smallVmWriteFactor : 1

/** Flushed writes, bytes a second by type of file system. */
export function flushSpeed(node: SimNode, handler: KataHandler, size: VmSize): Record<string, number> {
  const { departures } = node
  const bytes = speedsOf(handler).flushed * 1e6
  return {
    virtiofs: bytes / (writeFactor(node, size) * departures.virtiofsWriteFactor),
    '9p': bytes,
    ext4: bytes,
    disk: flushedToDisk / departures.diskWriteFactor,
  }
}

/** Writes without a flush and reads, bytes a second. Files of a disk of the guest's own (ext4) the guide did not measure. */
export function transferSpeed(
  node: SimNode,
  handler: KataHandler,
  size: VmSize,
): NonNullable<MachineSpec['transferBytesPerSecond']> {
  const { departures } = node
  const { write, purged, again } = speedsOf(handler)
  const bytes = 1e6 * node.noise(0.03)
  const read = (purged * bytes) / departures.virtiofsReadFactor
  return {
    virtiofs: {
      write: (write * bytes) / (writeFactor(node, size) * departures.virtiofsWriteFactor),
      read,
      again: departures.virtiofsCache === 'never' ? read : (again * bytes) / departures.virtiofsReadFactor,
    },
  }
}
