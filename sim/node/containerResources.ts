import type { ContainerConfig } from '../kubelet/containerRuntime.ts'
import type { MachineContainerSpec } from '../machine/machineContainer.ts'

/** cpu.weight of cgroup v2 for the shares that the kubelet asks (runc ConvertCPUSharesToCgroupV2Value): 2 is 1, 204 is 8. */
export function cpuWeight(shares: number): number {
  return Math.max(1, Math.min(10_000, 1 + Math.floor(((shares - 2) * 9999) / 262_142)))
}

/** Limits of a container as runc writes them into its cgroup. */
export function runcCgroup(path: string, resources: ContainerConfig['resources']): MachineContainerSpec['cgroup'] {
  return {
    path,
    memoryMaxBytes: resources.memoryLimitBytes,
    cpuQuota: resources.cpuQuota,
    cpuPeriod: resources.cpuPeriod,
    cpuWeight: cpuWeight(resources.cpuShares),
    pidsMax: resources.pidsLimit,
    enforced: true,
    oomGroup: true,
  }
}

/** The container's user: what the pod asks, root otherwise. */
export function userOf(security: ContainerConfig['security']): MachineContainerSpec['user'] {
  return { uid: security.runAsUser ?? 0, gid: security.runAsGroup ?? 0, groups: security.supplementalGroups }
}
