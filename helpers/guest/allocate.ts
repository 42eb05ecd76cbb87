import type { PodHandle } from '../pods/podHandle.ts'

/**
 * Shell script of a container whose own process (PID 1) makes `mebibytes` resident at once: dd has one buffer of `bs` bytes and reads it full of
 * zeros. PID 1 must be the one, because under Kata a container outlives the OOM kill of a child, and then nothing is reported.
 */
export const allocateScript = (mebibytes: number): string => `exec ${allocateArgv(mebibytes).join(' ')}`

const allocateArgv = (mebibytes: number): readonly string[] => [
  'dd',
  'if=/dev/zero',
  'of=/dev/null',
  `bs=${mebibytes}M`,
  'count=1',
]

/** done: the memory was there. refused: killed, or the kernel gave none. lost: the container or its sandbox is gone, and the node says so. */
export type Allocation = 'done' | 'refused' | 'lost'

/**
 * Lets a child of the container make `mebibytes` resident for a moment. Throws the exec's error when there was no answer unless the node then says
 * that there is no such container: a broken transport says nothing about memory.
 */
export async function allocate(pod: PodHandle, mebibytes: number): Promise<Allocation> {
  try {
    const { exitCode } = await pod.exec(allocateArgv(mebibytes))
    return exitCode === 0 ? 'done' : 'refused'
  } catch (error) {
    if ((error as Error).name === 'ExecError' && (await isGone(pod))) return 'lost'
    throw error
  }
}

/** Whether the runtime refuses any exec in the container. A read is repeated until the node is heard. */
export const isGone = (pod: PodHandle, container?: string): Promise<boolean> =>
  pod.read(['cat', '/proc/uptime'], container === undefined ? {} : { container }).then(
    () => false,
    (error: unknown) => (error as { kind?: unknown }).kind === 'rejected',
  )

/**
 * Largest allocation that succeeds, MiB, to a precision of `step`; `from` must succeed and `to` be refused to have a meaning: returns null when
 * `from` is refused, and `to` when that succeeds. Stops with 'lost' as soon as no answer comes.
 */
export async function largestAllocation(
  allocates: (mebibytes: number) => Promise<Allocation>,
  { from, to, step }: { from: number; to: number; step: number },
): Promise<number | null | 'lost'> {
  const first = await allocates(from)
  if (first !== 'done') return first === 'lost' ? 'lost' : null
  const last = await allocates(to)
  if (last !== 'refused') return last === 'lost' ? 'lost' : to
  let [good, bad] = [from, to]
  while (bad - good > step) {
    const middle = Math.floor((good + bad) / 2)
    const outcome = await allocates(middle)
    if (outcome === 'lost') return 'lost'
    if (outcome === 'done') good = middle
    else bad = middle
  }
  return good
}
