import type { PodHandle } from '../pods/podHandle.ts'

/**
 * Copies `mebibytes` of zeros in memory: a fixed amount of single-threaded CPU work. Returns the seconds that it took by the clock of the kernel
 * under the container, to 10 ms: not every busybox's dd prints its time. Throws when dd fails.
 */
export async function copyInMemory(pod: PodHandle, mebibytes: number): Promise<number> {
  return secondsOf(pod, `dd if=/dev/zero of=/dev/null bs=64k count=${mebibytes * 16}`)
}

/** Writes `mebibytes` of zeros to a file and flushes them to the device; seconds. */
export async function writeFlushed(pod: PodHandle, path: string, mebibytes: number): Promise<number> {
  return secondsOf(pod, `dd if=/dev/zero of=${path} bs=1M count=${mebibytes} conv=fsync`)
}

async function secondsOf(pod: PodHandle, command: string): Promise<number> {
  const script = `cat /proc/uptime; ${command} || exit 1; cat /proc/uptime`
  const { stdout, stderr, exitCode } = await pod.exec(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`${command} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return elapsed(stdout)
}

/** Seconds between two readings of /proc/uptime, one a line. Throws when there are not two. */
export function elapsed(text: string): number {
  const [before, after] = Array.from(text.matchAll(/^([\d.]+) [\d.]+$/gm), ([, seconds]) => Number(seconds))
  if (before === undefined || after === undefined)
    throw new Error(`not two readings of /proc/uptime: ${JSON.stringify(text.slice(0, 80))}`)
  return after - before
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (lower + upper) / 2
}
