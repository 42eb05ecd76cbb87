import type { PodHandle } from '../pods/podHandle.ts'

/**
 * How far the wall clock under a container is from the time since its kernel booted, s. Nothing but setting the clock changes it: the time since boot cannot
 * be set (clock_gettime(2), CLOCK_BOOTTIME), and how long an exec takes is in both.
 */
export async function clockOffset(pod: PodHandle): Promise<number> {
  const { stdout } = await pod.read(['sh', '-c', 'cat /proc/uptime; date +%s'])
  return parseClockOffset(stdout)
}

/** Parses /proc/uptime followed by `date +%s`: good to a second. */
export function parseClockOffset(text: string): number {
  const [, uptime, seconds] = /^([\d.]+) [\d.]+\n(\d+)\s*$/.exec(text) ?? []
  if (uptime === undefined || seconds === undefined)
    throw new Error(`not /proc/uptime and a number of seconds: ${JSON.stringify(text.slice(0, 80))}`)
  return Number(seconds) - Number(uptime)
}
