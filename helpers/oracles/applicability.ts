import type { Applicability, On } from '../behaviour.ts'
import type { Fact } from '../facts/fact.ts'
import type { ClassFacts, ClusterFacts, Hypervisor, NodeFacts, Sizing } from '../facts/facts.ts'

/** A condition on a RuntimeClass. Decided by facts; a fact that is unknown makes the arm skipped with the fact's own reason. */
export type ClassCondition = (facts: ClassFacts, cluster: ClusterFacts) => Applicability

/** A condition on a node. */
export type NodeCondition = (facts: NodeFacts, cluster: ClusterFacts) => Applicability

/** True when the fact's value is accepted; otherwise no with the value, or unknown with what kept us from knowing. */
export function decide<T>(name: string, fact: Fact<T>, accepted: (value: T) => boolean): Applicability {
  if (fact.value === null) return { unknown: `${name} is unknown: ${fact.how}` }
  return accepted(fact.value) ? true : { no: `${name} is ${JSON.stringify(fact.value)} (${fact.how})` }
}

/** The first condition that is not met, or true. */
function all(verdicts: readonly Applicability[]): Applicability {
  return verdicts.find((verdict) => verdict !== true) ?? true
}

/** Every Kata RuntimeClass for which all conditions hold. */
export const classes = (...conditions: readonly ClassCondition[]): On => ({
  scope: 'class',
  applies: (facts, cluster) => all(conditions.map((condition) => condition(facts, cluster))),
})

/** Every node for which all conditions hold. */
export const nodes = (...conditions: readonly NodeCondition[]): On => ({
  scope: 'node',
  applies: (facts, cluster) => all(conditions.map((condition) => condition(facts, cluster))),
})

/** The cluster as a whole, when all conditions hold. */
export const cluster = (...conditions: readonly ((facts: ClusterFacts) => Applicability)[]): On => ({
  scope: 'cluster',
  applies: (facts) => all(conditions.map((condition) => condition(facts))),
})

/** The hypervisor is one of these. */
export const hypervisorIs =
  (...accepted: readonly Hypervisor[]): ClassCondition =>
  ({ hypervisor }) =>
    decide('hypervisor', hypervisor, (value) => accepted.includes(value))

const sizedBy =
  (accepted: Sizing): ClassCondition =>
  ({ sizing }) =>
    decide('sizing', sizing, (value) => value === accepted)

export const qemu: ClassCondition = hypervisorIs('qemu')

/** The VMM is on the node, as a process of its own or within the shim: not so for remote hypervisors (peer pods). */
export const onNode: ClassCondition = hypervisorIs(
  'qemu',
  'cloud-hypervisor',
  'firecracker',
  'dragonball',
  'stratovirt',
)

/**
 * Not known to be remote: for claims that a pod which is no VM at all must fail. Of such a pod nobody knows the hypervisor, and that must not
 * excuse it.
 */
export const notRemote: ClassCondition = ({ hypervisor }) =>
  hypervisor.value === 'remote' ? { no: `hypervisor is "remote" (${hypervisor.how})` } : true

/** The guest grows by the limits, in memory and vCPUs, after it booted with the defaults. */
export const hotplugSized: ClassCondition = sizedBy('hotplug')

/** The guest boots with its limits: static_sandbox_resource_mgmt. */
export const staticallySized: ClassCondition = sizedBy('static')

export const goShim: ClassCondition = ({ shim }) => decide('shim', shim, (value) => value === 'go')
export const rustShim: ClassCondition = ({ shim }) => decide('shim', shim, (value) => value === 'rust')

/** Files of the host reach the guest by virtio-fs, its daemon a process or (Dragonball) in the shim. */
export const sharedByVirtiofs: ClassCondition = ({ sharedFs }) =>
  decide('shared_fs', sharedFs, (value) => value === 'virtio-fs' || value === 'inline-virtio-fs')

/** A daemon beside the hypervisor shares the files: shared_fs is virtio-fs. */
export const sharedByVirtiofsd: ClassCondition = ({ sharedFs }) =>
  decide('shared_fs', sharedFs, (value) => value === 'virtio-fs')

export const notConfidential: ClassCondition = ({ confidential }) =>
  decide('a confidential guest', confidential, (value) => !value)

const plugsBlockDevices =
  (accepted: boolean): ClassCondition =>
  ({ blockDeviceUse }) =>
    decide('use of block devices', blockDeviceUse, (value) => value === accepted)

/** disable_block_device_use = false: block devices of the node are plugged into the VM. */
export const blockDevicesPlugged: ClassCondition = plugsBlockDevices(true)
/** disable_block_device_use = true. */
export const blockDevicesRefused: ClassCondition = plugsBlockDevices(false)

/** Some node that the class can be scheduled to has the architecture (as in status.nodeInfo: amd64). */
export const onArchitecture =
  (architecture: string): ClassCondition =>
  (facts, { nodes }) => {
    const candidates = nodes.filter((node) => facts.nodes.includes(node.name))
    const undecided = candidates
      .map((node) => decide(`architecture of ${node.name}`, node.architecture, (value) => value === architecture))
      .filter((verdict) => verdict !== true)
    return candidates.length > undecided.length ? true : (undecided[0] ?? { no: `no node runs ${facts.name}` })
  }

/** The class of this very name: for claims that a document makes about one class (a default, a figure). */
export const named =
  (name: string): ClassCondition =>
  (facts) =>
    facts.name === name ? true : { no: `the claim is about ${name}` }

/** Of one of these names, by which releases call the same class. */
export const oneOf =
  (names: readonly string[]): ClassCondition =>
  (facts) =>
    names.includes(facts.name) ? true : { no: `the claim is about ${names.join(' or ')}` }

/** Carries the label katacontainers.io/kata-runtime=true. */
export const labelledKata: NodeCondition = ({ kata }) => decide('the kata-runtime label', kata, (value) => value)

/** KVM is not there, or does not open. */
export const withoutKvm: NodeCondition = ({ kvmUsable }) => decide('usable KVM', kvmUsable, (value) => !value)

export const amd64: NodeCondition = ({ architecture }) =>
  decide('architecture', architecture, (value) => value === 'amd64')

/** The node is itself a virtual machine. */
export const nested: NodeCondition = (facts) =>
  decide('the node being a virtual machine', facts.nested, (value) => value)

/** Every Kata RuntimeClass. */
export const anyKata: On = classes()
/** Every Kata RuntimeClass whose hypervisor is QEMU. */
export const qemuClasses: On = classes(qemu)
/** Every Kata RuntimeClass whose sandbox grows by hot-plug. */
export const sizedByHotplug: On = classes(hotplugSized)
/** Every node that carries the Kata label. */
export const kataNodes: On = nodes(labelledKata)
/** The cluster as a whole. */
export const theCluster: On = cluster()
