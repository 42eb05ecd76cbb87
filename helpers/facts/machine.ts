import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

const folder = '/sys/class/dmi/id'

/** Maker and product of the machine by DMI: tells which hypervisor's setting is missing when a VM has no KVM. */
export const detectMachine = (probe: NodeProbe | null): Promise<Fact<string>> =>
  probed(probe, async (node) => {
    const [vendor, product] = await Promise.all(
      ['sys_vendor', 'product_name'].map((name) => node.readFileIfThere(`${folder}/${name}`)),
    )
    const text = [vendor, product]
      .map((each) => each?.trim())
      .filter(Boolean)
      .join(' ')
    return text === ''
      ? unknown(`${folder} has no sys_vendor: no DMI on this machine`)
      : known(text, `${folder}/sys_vendor, product_name`)
  })
