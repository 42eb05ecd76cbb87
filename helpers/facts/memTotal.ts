import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** MemTotal of the node, KiB. */
export const detectMemTotal = (probe: NodeProbe | null): Promise<Fact<number>> =>
  probed(probe, async (node) => {
    const match = /^MemTotal:\s+(\d+) kB$/m.exec(await node.readFile('/proc/meminfo'))
    return match ? known(Number(match[1]), 'MemTotal in /proc/meminfo') : unknown('/proc/meminfo has no MemTotal')
  })
