import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, type Fact } from './fact.ts'

/** Whether the node's kernel has the loop driver: the suite loads no module. */
export async function detectLoopDevices(probe: NodeProbe): Promise<Fact<boolean>> {
  const disks = await probe.list('/sys/block')
  if (disks.some((name) => /^loop\d+$/.test(name))) return known(true, '/sys/block has loop devices')
  const module = await probe.list('/sys/module/loop')
  return module.length > 0
    ? known(true, '/sys/module/loop is there')
    : known(false, 'neither /sys/block/loop* nor /sys/module/loop is there: the driver is not loaded')
}
