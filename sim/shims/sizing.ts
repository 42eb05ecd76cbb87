import type { Departures } from '../faults/departures.ts'
import type { ShimConfig } from './shimConfig.ts'

/** What a pod asks of its VM: sums over its containers that are not stopped. */
export interface Demand {
  /** Millicores of limits.cpu, per container. */
  cpuMillicores: number[]
  /** Sum of limits.memory, MiB (rounded up). */
  memoryMiB: number
}

export interface VmSize {
  vcpus: number
  memoryMiB: number
}

export interface NodeCapacity {
  cpus: number
  memoryMiB: number
}

/** What Linux on x86_64 plugs at a time: a memory block, MiB. */
export const memoryBlockMiB = 128

export type SizingDepartures = Pick<
  Departures,
  | 'vcpuHotplug'
  | 'vcpusExtraWithLimit'
  | 'vcpusRoundedPerContainer'
  | 'vcpusMax'
  | 'memoryHotplug'
  | 'memoryHotplugExtraMiB'
  | 'qemuMemorySlots'
>

/**
 * The VM at its start. With static sizing it is the final size: by `overhead_*` when a limit is set (Rust shims from 4.0:
 * how-to-size-sandbox-overhead-runtime-rs.md), else defaults plus limits (initial_size.rs, sandbox.go). Without: the defaults.
 * @param demand of the whole pod, as the kubelet writes it into the sandbox's annotations.
 */
export function sizeAtStart(
  config: ShimConfig,
  language: 'go' | 'rust',
  demand: Demand,
  node: NodeCapacity,
  departures: SizingDepartures,
): VmSize {
  const size = config.staticSizing ? staticSize(config, language, demand) : { ...defaultSize(config) }
  if (!config.staticSizing) {
    const final = plugged(config, defaultSize(config), demand, departures)
    if (departures.vcpuHotplug === 'at-boot') size.vcpus = final.vcpus
    const memoryAtBoot = departures.memoryHotplug === 'at-boot' || !departures.qemuMemorySlots
    if (memoryAtBoot) size.memoryMiB = config.defaultMemoryMiB + demand.memoryMiB
  }
  return capped(config, size, node, departures)
}

/** The VM after a container was added: default plus limits (sandbox.go updateResources, runtime-rs cpu.rs and mem.rs). It never shrinks. */
export function sizeAfterHotplug(
  config: ShimConfig,
  current: VmSize,
  demand: Demand,
  node: NodeCapacity,
  departures: SizingDepartures,
): VmSize {
  if (config.staticSizing) return current
  const wanted = plugged(config, current, demand, departures)
  const size = {
    vcpus: departures.vcpuHotplug === 'works' ? Math.max(current.vcpus, wanted.vcpus) : current.vcpus,
    memoryMiB:
      departures.memoryHotplug === 'works' || departures.memoryHotplug === 'stays-offline'
        ? wanted.memoryMiB
        : current.memoryMiB,
  }
  if (!departures.qemuMemorySlots) size.memoryMiB = current.memoryMiB
  return capped(config, size, node, departures)
}

function defaultSize(config: ShimConfig): VmSize {
  return { vcpus: config.defaultVcpus, memoryMiB: config.defaultMemoryMiB }
}

function staticSize(config: ShimConfig, language: 'go' | 'rust', demand: Demand): VmSize {
  const cpus = sum(demand.cpuMillicores) / 1000
  if (cpus === 0 && demand.memoryMiB === 0) return defaultSize(config)
  if (config.overhead) {
    return {
      vcpus: Math.max(1, roundUp(cpus + config.overhead.vcpus)),
      memoryMiB: demand.memoryMiB + config.overhead.memoryMiB,
    }
  }
  // initial_size.rs replaces default_vcpus by the limit, sandbox.go adds both; memory is added by both.
  const vcpus = language === 'go' ? roundUp(config.defaultVcpus + cpus) : cpus > 0 ? roundUp(cpus) : config.defaultVcpus
  return { vcpus, memoryMiB: config.defaultMemoryMiB + demand.memoryMiB }
}

function plugged(config: ShimConfig, current: VmSize, demand: Demand, departures: SizingDepartures): VmSize {
  const cpus = departures.vcpusRoundedPerContainer
    ? sum(demand.cpuMillicores.map((millicores) => Math.ceil(millicores / 1000) * 1000))
    : sum(demand.cpuMillicores)
  const extra = cpus > 0 ? departures.vcpusExtraWithLimit : 0
  const missing = config.defaultMemoryMiB + demand.memoryMiB - current.memoryMiB
  const blocks = Math.max(0, Math.ceil(missing / memoryBlockMiB))
  return {
    // One rounding over default and the sum of all limits (RoundUpNumVCPUs).
    vcpus: roundUp(config.defaultVcpus + cpus / 1000) + extra,
    memoryMiB: current.memoryMiB + blocks * memoryBlockMiB + (blocks > 0 ? departures.memoryHotplugExtraMiB : 0),
  }
}

function capped(config: ShimConfig, size: VmSize, node: NodeCapacity, departures: SizingDepartures): VmSize {
  const maxVcpus = maximumVcpus(config, node)
  return {
    vcpus: Math.min(size.vcpus, maxVcpus, departures.vcpusMax ?? Infinity),
    memoryMiB: Math.min(size.memoryMiB, config.maxMemoryMiB || node.memoryMiB),
  }
}

/** maxcpus of the VM: default_maxvcpus, at most the node's CPUs. */
export function maximumVcpus(config: ShimConfig, node: NodeCapacity): number {
  return config.maxVcpus > 0 ? Math.min(config.maxVcpus, node.cpus) : node.cpus
}

/** Sums of millicores as binary fractions must not add a vCPU. */
function roundUp(cpus: number): number {
  return Math.ceil(Math.round(cpus * 1000) / 1000)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
