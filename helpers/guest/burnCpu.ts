import type { PodHandle } from '../pods/podHandle.ts'
import { type CpuStat, cpuStat, since } from './cpuStat.ts'

/** Exit codes of busybox's timeout and of a shell for a command that SIGTERM ended; under Kata an exec ends with the bare signal. */
const ended = [0, 15, 124, 143]

/** What starting the workers and their answers may take beside their time, ms. */
const answerMs = 60_000

/**
 * Keeps `workers` processes of a container busy for `seconds`, and says what its cgroup counted meanwhile. dd from /dev/zero spends its time
 * in the kernel and in copying, and never waits. Throws when a worker could not run.
 */
export async function burnCpu(
  pod: PodHandle,
  { workers, seconds }: { workers: number; seconds: number },
): Promise<CpuStat> {
  const before = await cpuStat(pod)
  const argv = ['timeout', String(seconds), 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64k']
  const timeoutMs = seconds * 1000 + answerMs
  const results = await Promise.all(Array.from({ length: workers }, () => pod.exec(argv, { timeoutMs })))
  for (const { exitCode, stderr } of results) {
    if (!ended.includes(exitCode))
      throw new Error(`${argv.join(' ')} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  }
  return since(before, await cpuStat(pod))
}

/**
 * CPUs that a throttled container had while it was runnable: its CPU time over the enforcement periods that the kernel counted. Independent of
 * how long starting and ending the workers took, as periods without a runnable process are not counted.
 */
export const cpusWhileRunnable = ({ usageUs, periods }: CpuStat, periodUs: number): number =>
  usageUs / (periods * periodUs)
