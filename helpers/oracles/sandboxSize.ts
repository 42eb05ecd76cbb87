import { FactUnknownError, need } from '../facts/armFacts.ts'
import type { ClassFacts, NodeFacts } from '../facts/facts.ts'

/**
 * How a class turns limits into the size of its sandbox.
 *
 * - hotplug: boots with the defaults, limits are plugged on top
 * - boot: boots with defaults plus limits
 * - overhead: boots with limits plus a fixed overhead, and with the defaults when nothing is limited
 */
export type SizingModel = 'hotplug' | 'boot' | 'overhead'

/**
 * How vCPUs are sized: by hot-plug unless static_sandbox_resource_mgmt is set; then at boot, with the Rust shim's overhead from 4.0. Sources: Go
 * sandbox.go calculateSandboxCPUs, pkg/oci CalculateSandboxSizing; runtime-rs initial_size.rs setup_config, cpu.rs. Throws FactUnknownError.
 */
export function vcpuModel(of: ClassFacts): SizingModel {
  if (need(of.sizing, 'sizing') === 'hotplug') return 'hotplug'
  const hasOverhead = (of.sandboxOverheadMiB.value ?? 0) > 0 || (of.sandboxOverheadVcpus.value ?? 0) > 0
  return need(of.shim, 'shim') === 'rust' && hasOverhead ? 'overhead' : 'boot'
}

/**
 * How memory is sized: as vCPUs, but that the Rust shim never plugs what is known at boot: setup_config adds the limits of the pod to default_memory
 * before the VM starts, whatever static_sandbox_resource_mgmt says. Throws FactUnknownError.
 */
export function memoryModel(of: ClassFacts): SizingModel {
  const model = vcpuModel(of)
  return model === 'hotplug' && need(of.shim, 'shim') === 'rust' ? 'boot' : model
}

/** RAM of a sandbox, MiB: what the VM boots with, and what the limits plug on top. */
export interface SandboxMemory {
  readonly bootMiB: number
  readonly hotplugMiB: number
}

/**
 * RAM that a sandbox must have for containers with these memory limits, MiB; containers without a limit count nothing, and requests never do.
 * Hot-plug is rounded up to the guest's memory block (calcHotplugMemMiBSize). Throws FactUnknownError.
 */
export function sandboxMemory(of: ClassFacts, limitsMiB: readonly number[], blockMiB = 128): SandboxMemory {
  const base = need(of.defaultMemoryMiB, 'default_memory')
  const limits = sum(limitsMiB)
  switch (memoryModel(of)) {
    case 'hotplug':
      return { bootMiB: base, hotplugMiB: Math.ceil(limits / blockMiB) * blockMiB }
    case 'boot':
      return { bootMiB: base + limits, hotplugMiB: 0 }
    case 'overhead':
      return { bootMiB: limits > 0 ? limits + (of.sandboxOverheadMiB.value ?? 0) : base, hotplugMiB: 0 }
  }
}

/** vCPUs of a sandbox: what the VM boots with, and what it has when its containers run. */
export interface SandboxVcpus {
  readonly boot: number
  readonly total: number
}

/**
 * vCPUs that a sandbox must have for containers with these CPU limits, millicores. Defaults and limits are added up first and rounded up once,
 * then capped at default_maxvcpus, which is at most the node's CPUs. Throws FactUnknownError, also for a hot-plugging sandbox without limits where the
 * kubelet gives each container a cpuset: Kata plugs as many vCPUs as that has CPUs (sandbox.go, calculateSandboxCPUs; kata-containers#2594), which no document promises.
 */
export function sandboxVcpus(of: ClassFacts, node: NodeFacts, limitsMillicores: readonly number[]): SandboxVcpus {
  const base = defaultVcpus(of, node)
  const limits = sum(limitsMillicores) / 1000
  if (limits === 0 && vcpuModel(of) === 'hotplug' && hasCpusets(node))
    throw new FactUnknownError('vCPUs without limits', `the kubelet's CPU manager on ${node.name} gives them a cpuset`)
  const cap = vcpuCap(of, node)
  const capped = (vcpus: number): number => Math.min(cap, Math.max(1, Math.ceil(roundedToMillicores(vcpus))))
  switch (vcpuModel(of)) {
    case 'hotplug':
      return { boot: capped(base), total: capped(base + limits) }
    case 'boot': {
      // sandbox.go adds the limits to default_vcpus; setup_config of the Rust shim puts them in its place.
      const vcpus = need(of.shim, 'shim') === 'rust' && limits > 0 ? limits : base + limits
      return { boot: capped(vcpus), total: capped(vcpus) }
    }
    case 'overhead': {
      const vcpus = limits > 0 ? limits + (of.sandboxOverheadVcpus.value ?? 0) : base
      return { boot: capped(vcpus), total: capped(vcpus) }
    }
  }
}

/** Whether the kubelet gives every container a cpuset, those without limits too (CPU manager, policy static). */
export const hasCpusets = (node: NodeFacts): boolean => node.cpuManagerPolicy?.value === 'static'

/** vCPUs of a sandbox without limits. Throws FactUnknownError. */
export function defaultVcpus(of: ClassFacts, node: NodeFacts): number {
  const configured = need(of.defaultVcpus, 'default_vcpus')
  return configured < 0 ? need(node.cpus, 'CPUs of the node') : configured
}

/** Most vCPUs that a VM of the shims can have. Sources: govmm, vmm_amd64.go and vmm_arm64.go, MaxVCPUs; kata-types, MAX_QEMU_VCPUS and its like. */
const mostOfGoShim: Readonly<Record<string, number>> = { amd64: 240, arm64: 123 }
const mostOfRustShim = 256

/**
 * Most vCPUs that a sandbox on the node can have: default_maxvcpus, 0 meaning the node's CPUs, which are never exceeded, and no more than a VM of its shim
 * bears. Throws FactUnknownError.
 */
export function vcpuCap(of: ClassFacts, node: NodeFacts): number {
  const cpus = need(node.cpus, 'CPUs of the node')
  const configured = need(of.maxVcpus, 'default_maxvcpus')
  const most =
    of.shim.value === 'rust'
      ? mostOfRustShim
      : (mostOfGoShim[node.architecture.value ?? ''] ?? Number.POSITIVE_INFINITY)
  return Math.min(configured > 0 ? configured : cpus, cpus, most)
}

/**
 * Limits of a pod that is about CPU. Where a sandbox is sized by its limits plus an overhead, a CPU limit alone makes a VM whose RAM is the
 * overhead alone (32 MiB in 4.0): too little to boot, and not what the claim is about, so memory is limited too.
 */
export const cpuLimits = (of: ClassFacts, cpu: string): { cpu: string; memory?: string } =>
  of.sizing.value === 'static' && (of.sandboxOverheadMiB.value ?? 0) > 0 ? { cpu, memory: '512Mi' } : { cpu }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** 1 + 0.7 + 0.3 must not be 2.0000000000000004, which would round up to 3. */
const roundedToMillicores = (vcpus: number): number => Math.round(vcpus * 1000) / 1000
