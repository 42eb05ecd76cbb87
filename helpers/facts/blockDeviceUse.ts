import { asBoolean, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/**
 * Whether volumes reach the guest as block devices: not disable_block_device_use. Absent is false in both shims. The packaged
 * file of the Go shim says false up to 3.25 and true from 3.26 (commit 20ca4d2d79); runtime-rs says false in every version.
 */
export function detectBlockDeviceUse(on: ClassOnNode): Fact<boolean> {
  const fact = fromToml(on, 'hypervisor', 'disable_block_device_use', asBoolean, (where) =>
    known(false, `no disable_block_device_use in ${where}: Kata then takes false`),
  )
  return fact.value === null ? fact : { ...fact, value: !fact.value }
}
