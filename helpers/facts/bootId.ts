import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

const file = '/proc/sys/kernel/random/boot_id'

/** The identity of the running kernel: a pod that shows the same one is not in a VM. */
export const detectBootId = (probe: NodeProbe | null): Promise<Fact<string>> =>
  probed(probe, async (node) => {
    const text = (await node.readFile(file)).trim()
    return /^[0-9a-f-]{36}$/.test(text) ? known(text, file) : unknown(`${file} holds ${JSON.stringify(text)}`)
  })
