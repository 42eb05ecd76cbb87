import type { PodHandle } from '../pods/podHandle.ts'

/** CPUs as a container sees them. */
export interface Cpus {
  /** What nproc prints: CPUs that a process of the container may run on. */
  readonly nproc: number
  /** `processor` of every entry of /proc/cpuinfo: not necessarily 0…n-1, hot-plugged ones may be numbered from above. */
  readonly processors: readonly number[]
}

export async function cpus(pod: PodHandle, container?: string): Promise<Cpus> {
  const within = container === undefined ? {} : { container }
  const [nproc, cpuinfo] = await Promise.all([pod.read(['nproc'], within), pod.read(['cat', '/proc/cpuinfo'], within)])
  return { nproc: parseNproc(nproc.stdout, pod.name), processors: parseProcessors(cpuinfo.stdout) }
}

/** What nproc prints in a container. */
export const nproc = async (pod: PodHandle): Promise<number> => parseNproc((await pod.read(['nproc'])).stdout, pod.name)

export function parseNproc(text: string, pod: string): number {
  const count = Number(text.trim())
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`nproc in pod ${pod} printed ${JSON.stringify(text.slice(0, 40))}`)
  return count
}

export const parseProcessors = (cpuinfo: string): readonly number[] =>
  Array.from(cpuinfo.matchAll(/^processor\s*:\s*(\d+)/gm), ([, id]) => Number(id))

/** CPUs that /proc/stat has a line for. */
export const parseCpuLines = (stat: string): number => Array.from(stat.matchAll(/^cpu\d+ /gm)).length
