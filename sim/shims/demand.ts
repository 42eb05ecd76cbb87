import type { Demand } from './sizing.ts'

/** Limits of one container. */
export interface ContainerDemand {
  cpuMillicores: number
  memoryBytes: number
}

/** What containers ask of their VM together: memory is summed before it is rounded to MiB. */
export function demandOf(containers: readonly ContainerDemand[]): Demand {
  const bytes = containers.reduce((sum, container) => sum + container.memoryBytes, 0)
  return {
    cpuMillicores: containers.map((container) => container.cpuMillicores),
    memoryMiB: Math.ceil(bytes / 1024 / 1024),
  }
}
