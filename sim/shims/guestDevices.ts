import type { Machine } from '../machine/machine.ts'
import type { KataHandler } from './kataHandler.ts'

/** Virtio devices of a guest by their type (linux/virtio_ids.h), in the order of their numbers; QEMU's was recorded on 3.26.0. */
const virtioDevices = {
  qemu: ['0x0003', '0x0008', '0x0004', '0x0013', '0x001a', '0x0001'],
  'cloud-hypervisor': ['0x0003', '0x0004', '0x0001', '0x0013', '0x001a', '0x001b'],
  dragonball: ['0x0013', '0x0001', '0x001a', '0x001b'],
  firecracker: ['0x0002', '0x0001', '0x0013'],
}

/** How the image reaches a guest: as persistent memory, or as the first virtio disk (root= on the kernel's command line tells). */
const rootDisks = {
  pmem: [
    { name: 'pmem0', major: 259, minor: 0 },
    { name: 'pmem0p1', major: 259, minor: 1 },
  ],
  virtio: [
    { name: 'vda', major: 254, minor: 0 },
    { name: 'vda1', major: 254, minor: 1 },
  ],
}

/** Functions on the PCI bus of QEMU's q35 as the Go shim starts it (recorded on 3.26.0). */
const pciFunctions = ['00.0', '01.0', '02.0', '03.0', '04.0', '05.0', '06.0', '07.0', '1f.0', '1f.2', '1f.3']

const partitionTableBytes = 1024 * 1024

/** Disks and virtio devices that a guest has from its boot: RAM disks, loop devices without a file, the image. */
export function addGuestDevices(guest: Machine, hypervisor: KataHandler['hypervisor'], imageBytes: number): void {
  for (let minor = 0; minor < 16; minor++)
    guest.addBlockDevice({ name: `ram${minor}`, major: 1, minor, sizeBytes: 4096 * 1024, rotational: false })
  for (let minor = 0; minor < 8; minor++)
    guest.addBlockDevice({ name: `loop${minor}`, major: 7, minor, sizeBytes: 0, rotational: false })
  const [disk, partition] = guest.spec.kernel.cmdline.includes('root=/dev/pmem0p1') ? rootDisks.pmem : rootDisks.virtio
  if (disk) guest.addBlockDevice({ ...disk, sizeBytes: imageBytes, readonly: true, rotational: false })
  if (partition)
    guest.addBlockDevice({ ...partition, sizeBytes: imageBytes - partitionTableBytes, readonly: true, partition: true })
  if (hypervisor === 'qemu')
    for (const address of pciFunctions) guest.files.mkdir(`/sys/bus/pci/devices/0000:00:${address}`)
  for (const [index, type] of virtioDevices[hypervisor].entries()) {
    const device = `/sys/bus/virtio/devices/virtio${index}`
    guest.files.virtual(`${device}/device`, () => `${type}\n`)
    guest.files.virtual(`${device}/modalias`, () => `virtio:d0000${type.slice(2).toUpperCase()}v00001AF4\n`)
  }
}
