import { asText, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/** block_device_driver; absent is virtio-scsi under QEMU. Source: katautils/config-settings.go.in, defaultBlockDeviceDriver. */
export const detectBlockDeviceDriver = (on: ClassOnNode): Fact<string> =>
  fromToml(on, 'hypervisor', 'block_device_driver', asText, (where) =>
    known('virtio-scsi', `no block_device_driver in ${where}: Kata then takes virtio-scsi`),
  )
