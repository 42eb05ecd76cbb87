import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** Flags of the first CPU in /proc/cpuinfo. Null where there is no such line: arm64, s390x and ppc64le have none. */
export function cpuFlags(cpuinfo: string): string[] | null {
  const line = /^flags\s*:(.*)$/m.exec(cpuinfo)
  return line ? (line[1] ?? '').trim().split(/\s+/) : null
}

/** vmx (Intel VT-x) or svm (AMD-V). Other architectures have no equivalent flag: unknown there, never "none". */
export const detectCpuVirtualization = (probe: NodeProbe | null): Promise<Fact<'vmx' | 'svm' | 'none'>> =>
  probed(probe, async (node) => {
    const flags = cpuFlags(await node.readFile('/proc/cpuinfo'))
    if (!flags) return unknown('/proc/cpuinfo has no flags: not an x86 node')
    const found = (['vmx', 'svm'] as const).find((flag) => flags.includes(flag))
    return known(found ?? 'none', 'flags in /proc/cpuinfo')
  })

/** True when the node is itself a VM: the CPU says `hypervisor`. */
export const detectNested = (probe: NodeProbe | null): Promise<Fact<boolean>> =>
  probed(probe, async (node) => {
    const flags = cpuFlags(await node.readFile('/proc/cpuinfo'))
    if (!flags) return unknown('/proc/cpuinfo has no flags: not an x86 node')
    return known(flags.includes('hypervisor'), 'flag hypervisor in /proc/cpuinfo')
  })
