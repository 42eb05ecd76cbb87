import { hypervisorTable, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { Hypervisor } from './facts.ts'
import type { KnownShim } from './kataShims.ts'

/** Names of the hypervisor's table in Kata's configuration: Go says clh, runtime-rs cloud-hypervisor. */
const tables: Readonly<Record<string, Hypervisor>> = {
  qemu: 'qemu',
  clh: 'cloud-hypervisor',
  'cloud-hypervisor': 'cloud-hypervisor',
  firecracker: 'firecracker',
  dragonball: 'dragonball',
  stratovirt: 'stratovirt',
  remote: 'remote',
}

/** From [hypervisor.X] of the configuration; without the node, or where it runs something else, what kata-deploy ships under the handler's name. */
export function detectHypervisor(on: ClassOnNode, shipped: KnownShim | null): Fact<Hypervisor> {
  if (on.notKata && !on.toml) return unknown(on.because)
  const table = on.toml ? hypervisorTable(on.toml.values) : null
  if (on.toml && table) {
    const hypervisor = tables[table.name]
    return hypervisor
      ? known(hypervisor, `[hypervisor.${table.name}] in ${on.toml.path}`)
      : unknown(`[hypervisor.${table.name}] in ${on.toml.path} is no hypervisor that this suite knows`)
  }
  if (shipped)
    return known(shipped.hypervisor, `kata-deploy serves shim ${shipped.shim} under this handler; not seen on a node`)
  return unknown(on.toml ? `${on.toml.path} has no [hypervisor.*]` : on.because)
}
