import type { PodHandle } from '../pods/podHandle.ts'

/** Above this share of its CPUs the node does something else than what is measured. */
export const quietShare = 0.25

const seconds = 2

/** Share of the node's CPUs that were busy for two seconds, seen from a pod of the default runtime: its /proc/stat is the node's. */
export async function busyShare(watcher: PodHandle): Promise<number> {
  const script = `grep '^cpu ' /proc/stat; sleep ${seconds}; grep '^cpu ' /proc/stat`
  const { stdout, stderr, exitCode } = await watcher.read(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`/proc/stat in pod ${watcher.name} cannot be read: ${stderr.trim()}`)
  return busyBetween(stdout)
}

/** Of two `cpu` lines of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)). Throws when there are not two. */
export function busyBetween(text: string): number {
  const [before, after] = Array.from(text.matchAll(/^cpu +(.+)$/gm), ([, row = '']) =>
    row.split(' ').slice(0, 8).map(Number),
  )
  if (!before || !after) throw new Error(`not two lines of /proc/stat: ${JSON.stringify(text.slice(0, 80))}`)
  const passed = after.map((ticks, index) => ticks - (before[index] ?? 0))
  const total = passed.reduce((sum, ticks) => sum + ticks, 0)
  const idle = (passed[3] ?? 0) + (passed[4] ?? 0)
  return total > 0 ? 1 - idle / total : 0
}
