import { asNumber, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'

/**
 * default_vcpus as the shim takes it: 0 or absent is 1, negative or more than the node has is the node's CPUs.
 * Source: katautils/config.go, defaultVCPUs.
 */
export function detectDefaultVcpus(on: ClassOnNode): Fact<number> {
  const fact = fromToml(on, 'hypervisor', 'default_vcpus', asNumber, (where) =>
    known(1, `no default_vcpus in ${where}: Kata then takes 1`),
  )
  if (fact.value === null) return fact
  if (fact.value === 0) return { ...fact, value: 1, how: `${fact.how}: 0 means 1` }
  return limitedByNode(on, fact, fact.value < 0)
}

/** default_maxvcpus: 0, absent or more than the node has is the node's CPUs. Source: katautils/config.go, defaultMaxVCPUs. */
export function detectMaxVcpus(on: ClassOnNode): Fact<number> {
  const fact = fromToml(on, 'hypervisor', 'default_maxvcpus', asNumber, (where) =>
    known(0, `no default_maxvcpus in ${where}`),
  )
  return fact.value === null ? fact : limitedByNode(on, fact, fact.value === 0)
}

function limitedByNode(on: ClassOnNode, fact: Fact<number>, all: boolean): Fact<number> {
  if (on.cpus === null) return unknown(`${fact.how}: limited by the CPUs of the node, which are not known`)
  if (!all && (fact.value ?? 0) <= on.cpus) return fact
  return { ...fact, value: on.cpus, how: `${fact.how}: the node's CPUs, ${on.cpus}` }
}
