import { type Disk, parsePartitions } from '../guest/disks.ts'
import type { NodeProbe } from './nodeProbe.ts'

/** The block devices of a node, with what the device mapper calls those that are its: logical volumes, LUKS, containerd's thin snapshots. */
export async function nodeDisks(node: Pick<NodeProbe, 'readFile' | 'readFileIfThere'>): Promise<readonly Disk[]> {
  const all = parsePartitions(await node.readFile('/proc/partitions'))
  return Promise.all(
    all.map(async (disk) => {
      if (!/^dm-\d+$/.test(disk.name)) return disk
      const mapped = (await node.readFileIfThere(`/sys/block/${disk.name}/dm/name`))?.trim()
      return mapped ? { ...disk, mapped } : disk
    }),
  )
}
