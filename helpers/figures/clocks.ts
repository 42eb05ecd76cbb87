import { elapsed } from '../guest/copyWork.ts'
import { uptime } from '../guest/uptime.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** Seconds of the same span by two clocks. */
export interface Clocks {
  readonly guest: number
  /** By the node's, from before the command was sent until after its answer. */
  readonly node: number
}

const span = 5

/** Lets a guest sleep by its own clock, and looks at the node's before and after: what guests measure is worth as much as their clocks. */
export async function compareClocks(pod: PodHandle, watcher: PodHandle): Promise<Clocks> {
  const before = await uptime(watcher)
  const { stdout } = await pod.read(['sh', '-c', `cat /proc/uptime; sleep ${span}; cat /proc/uptime`])
  return { guest: elapsed(stdout), node: (await uptime(watcher)) - before }
}

/** Whether the two agree: the node's span holds the guest's, and three commands of at most half a second and a half of it. */
export const agree = ({ guest, node }: Clocks): boolean => node >= 0.9 * guest && node <= 1.5 * guest + 1.5
