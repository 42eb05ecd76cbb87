import { need } from '../facts/armFacts.ts'
import type { ClassFacts } from '../facts/facts.ts'

/**
 * Hypervisor processes that one sandbox has on its node: one, none for Dragonball, which is a library in the shim (guide, "Shims disponibles"), and
 * none for remote hypervisors. Throws FactUnknownError when the hypervisor is not known.
 */
export const hypervisorProcesses = ({ hypervisor }: ClassFacts): 0 | 1 =>
  ['dragonball', 'remote'].includes(need(hypervisor, 'the hypervisor of the class')) ? 0 : 1
