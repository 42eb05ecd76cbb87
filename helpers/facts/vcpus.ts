import { asNumber, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/** default_vcpus: 0 or absent is 1, and negative stands for the CPUs of whichever node a sandbox is on. Source: katautils/config.go, defaultVCPUs. */
export function detectDefaultVcpus(on: ClassOnNode): Fact<number> {
  const fact = fromToml(on, 'hypervisor', 'default_vcpus', asNumber, (where) =>
    known(1, `no default_vcpus in ${where}: Kata then takes 1`),
  )
  return fact.value === 0 ? { ...fact, value: 1, how: `${fact.how}: 0 means 1` } : fact
}

/** default_maxvcpus, where 0 stands for the CPUs of whichever node a sandbox is on. Source: katautils/config.go, defaultMaxVCPUs. */
export const detectMaxVcpus = (on: ClassOnNode): Fact<number> =>
  fromToml(on, 'hypervisor', 'default_maxvcpus', asNumber, (where) => known(0, `no default_maxvcpus in ${where}`))
