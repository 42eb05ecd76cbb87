import type { PodHandle } from '../pods/podHandle.ts'

/** Seconds since the kernel booted, by a file like /proc/uptime. Throws when it is not one. */
export async function uptime(pod: PodHandle, path = '/proc/uptime'): Promise<number> {
  const { stdout } = await pod.read(['cat', path])
  const seconds = Number(/^([\d.]+) [\d.]+\s*$/.exec(stdout)?.[1])
  if (!(seconds >= 0))
    throw new Error(`${path} in pod ${pod.name} is no uptime: ${JSON.stringify(stdout.slice(0, 60))}`)
  return seconds
}
