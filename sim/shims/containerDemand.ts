import type { SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { ContainerStart } from '../node/sandbox.ts'
import type { SimNode } from '../node/simNode.ts'
import { demandOf, type ContainerDemand } from './demand.ts'

/** Limits of the whole pod, as the kubelet writes them into the sandbox. */
export function sandboxDemand(config: SandboxConfig): ReturnType<typeof demandOf> {
  const { cpuQuota, memoryLimitBytes } = config.resources
  return demandOf([{ cpuMillicores: (cpuQuota ?? 0) / 100, memoryBytes: memoryLimitBytes ?? 0 }])
}

/** limits of a container; requests where a fault counts them. */
export async function containerDemand(
  node: SimNode,
  config: SandboxConfig,
  start: ContainerStart,
): Promise<ContainerDemand> {
  const { cpuQuota, cpuPeriod, memoryLimitBytes } = start.config.resources
  const demand = {
    cpuMillicores: cpuQuota === null ? 0 : (cpuQuota * 1000) / cpuPeriod,
    memoryBytes: memoryLimitBytes ?? 0,
  }
  const { memoryRequestsCounted, cpuRequestsCounted } = node.departures
  if (!memoryRequestsCounted && !cpuRequestsCounted) return demand
  const requests = (await node.pods.containerOf(config, start.config.name)).requests
  if (memoryRequestsCounted && memoryLimitBytes === null) demand.memoryBytes = requests.memoryBytes
  if (cpuRequestsCounted && cpuQuota === null) demand.cpuMillicores = requests.cpuMillicores
  return demand
}
