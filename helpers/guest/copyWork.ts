import type { PodHandle } from '../pods/podHandle.ts'

/**
 * Copies `mebibytes` of zeros in memory and returns dd's own seconds: a fixed amount of single-threaded CPU work. Throws when dd fails or says no
 * time.
 */
export async function copyInMemory(pod: PodHandle, mebibytes: number): Promise<number> {
  return secondsOf(pod, ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64k', `count=${mebibytes * 16}`])
}

/** Writes `mebibytes` of zeros to a file and flushes them to the device; dd's own seconds. */
export async function writeFlushed(pod: PodHandle, path: string, mebibytes: number): Promise<number> {
  return secondsOf(pod, ['dd', 'if=/dev/zero', `of=${path}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync'])
}

async function secondsOf(pod: PodHandle, argv: readonly string[]): Promise<number> {
  const { stderr, exitCode } = await pod.exec(argv)
  const seconds = copiedSeconds(stderr)
  if (exitCode !== 0 || seconds === null) {
    throw new Error(`${argv.join(' ')} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  }
  return seconds
}

/** "104857600 bytes (100.0MB) copied, 1.204 seconds, 83.1MB/s" of busybox, "… copied, 1.2 s, 83 MB/s" of coreutils. */
export function copiedSeconds(stderr: string): number | null {
  const [, seconds] = /copied, ([\d.]+) s/.exec(stderr) ?? []
  return seconds === undefined ? null : Number(seconds)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (lower + upper) / 2
}
