import type { Departures } from '../faults/departures.ts'
import type { Machine } from '../machine/machine.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import type { ShimConfig } from './shimConfig.ts'

/** A disk that the guest sees for a block device of the node. */
export interface GuestDisk {
  /** /dev/sda */
  path: string
  major: number
  minor: number
}

/** Block devices of the node plugged into a VM: virtio-scsi names them sdX with major 8, virtio-blk vdX with 254. */
export interface GuestDisks {
  plug(hostPath: string, readonly: boolean): GuestDisk
}

const nodeDisk = '/dev/vda'
const letters = 'abcdefghijklmnopqrstuvwxyz'

/** @param taken disks of the VM that are there from the start: the root device of virtio-blk guests */
export function createGuestDisks(
  guest: Machine,
  host: MachineFiles,
  config: ShimConfig,
  taken: number,
  departures: Pick<Departures, 'scsiDriver' | 'claimedWrites' | 'nodeDiskInGuest' | 'diskWrites'>,
): GuestDisks {
  const plugged = new Map<string, GuestDisk>()
  const scsi = config.blockDeviceDriver === 'virtio-scsi' && departures.scsiDriver === 'as-configured'
  return {
    plug(hostPath, readonly) {
      const known = plugged.get(hostPath)
      if (known) return known
      const index = plugged.size + (scsi ? 0 : taken)
      const name = `${scsi ? 'sd' : 'vd'}${letters[index] ?? 'z'}`
      const disk = { path: `/dev/${name}`, major: scsi ? 8 : 254, minor: 16 * index }
      guest.addBlockDevice({
        name,
        major: disk.major,
        minor: disk.minor,
        readonly: readonly || departures.diskWrites === 'fail',
        rotational: false,
        ...(departures.claimedWrites === 'kept'
          ? { backing: { files: host, path: hostPath } }
          : { sizeBytes: host.diskBytes(hostPath) ?? 0 }),
        ...(scsi ? { vendor: 'QEMU' } : {}),
      })
      plugged.set(hostPath, disk)
      if (departures.nodeDiskInGuest && hostPath !== nodeDisk) this.plug(nodeDisk, true)
      return disk
    },
  }
}
