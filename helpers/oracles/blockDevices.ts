import { type ClassCondition, decide } from './applicability.ts'

/** Block devices of the node can reach the guests of the class: disable_block_device_use is false. */
export const blockDevicesUsed: ClassCondition = ({ blockDeviceUse }) =>
  decide('use of block devices', blockDeviceUse, (value) => value)
