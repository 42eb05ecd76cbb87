import type { ProcessMemory } from './nodeProbe.ts'

/** Prints the memory of one process. */
export const memoryArgv = (pid: number): string[] => ['cat', `/proc/${pid}/smaps_rollup`, `/proc/${pid}/status`]

/**
 * VmRSS, RssShmem and Threads of status (what `ps` shows, the guide's figures), PSS of smaps_rollup. Guest memory that QEMU shares
 * with virtiofsd counts as shmem. Null when a field is missing: the process ended, or it is a kernel thread.
 */
export function parseMemory(text: string): ProcessMemory | null {
  const rssKiB = field(text, 'VmRSS')
  const pssKiB = field(text, 'Pss')
  const rssShmemKiB = field(text, 'RssShmem')
  const threads = /^Threads:\s+(\d+)$/m.exec(text)?.[1]
  if (rssKiB === null || pssKiB === null || rssShmemKiB === null || threads === undefined) return null
  return { rssKiB, pssKiB, rssShmemKiB, threads: Number(threads) }
}

function field(text: string, name: string): number | null {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)
  return match ? Number(match[1]) : null
}
