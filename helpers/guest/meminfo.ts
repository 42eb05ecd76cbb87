import type { PodHandle } from '../pods/podHandle.ts'

/** /proc/meminfo of the kernel under a container: values in KiB by key ("MemTotal", "Active(anon)"). */
export type Meminfo = Readonly<Record<string, number>>

/** Reads /proc/meminfo in a container. Throws when the file cannot be read or has no MemTotal. */
export async function meminfo(pod: PodHandle, path = '/proc/meminfo'): Promise<Meminfo> {
  const { stdout, stderr, exitCode } = await pod.read(['cat', path])
  if (exitCode !== 0) throw new Error(`${path} in pod ${pod.name} cannot be read: ${stderr.trim()}`)
  return parseMeminfo(stdout, `${path} in pod ${pod.name}`)
}

/** MemTotal of the kernel under a container, MiB with its fraction. */
export const memTotal = async (pod: PodHandle): Promise<number> => mebibytes(await meminfo(pod), 'MemTotal')

export function parseMeminfo(text: string, where: string): Meminfo {
  const rows = text.matchAll(/^([^\s:]+):\s+(\d+)/gm)
  const values: Meminfo = Object.fromEntries(Array.from(rows, ([, key = '', value]) => [key, Number(value)] as const))
  if (values.MemTotal === undefined) throw new Error(`${where} has no MemTotal: ${JSON.stringify(text.slice(0, 80))}`)
  return values
}

/** One or several keys of /proc/meminfo added up, MiB with its fraction. Throws when the kernel does not show a key. */
export function mebibytes(info: Meminfo, ...keys: readonly string[]): number {
  return keys.reduce((sum, key) => {
    const value = info[key]
    if (value === undefined) throw new Error(`/proc/meminfo has no ${key}`)
    return sum + value / 1024
  }, 0)
}

/**
 * Memory in use, MiB: MemTotal - MemFree - Buffers - Cached - SReclaimable. The formula is fixed here because the "used" column of free(1)
 * is another figure in procps since version 4 (total - available) and in busybox.
 */
export const usedMiB = (info: Meminfo): number =>
  mebibytes(info, 'MemTotal') - mebibytes(info, 'MemFree', 'Buffers', 'Cached', 'SReclaimable')
