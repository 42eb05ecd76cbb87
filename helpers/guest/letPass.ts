import type { PodHandle } from '../pods/podHandle.ts'

/** What starting the command and its answer may take beside the time itself, ms. */
const answerMs = 30_000

/** A line every 20 s, as a stream on which nothing passes is cut by load balancers. */
const turns = `left=$1
while [ $left -gt 0 ]; do
  turn=$((left < 20 ? left : 20))
  sleep $turn
  echo waited
  left=$((left - turn))
done`

/**
 * Lets time pass, by the clock of a pod: where the pod ends, so does the waiting.
 * @param seconds whole
 * @throws when the pod did not let them all pass
 */
export async function letPass(pod: PodHandle, seconds: number): Promise<void> {
  const { exitCode, stderr } = await pod.read(['sh', '-c', turns, 'wait', String(seconds)], {
    timeoutMs: seconds * 1000 + answerMs,
    expectOutput: false,
  })
  if (exitCode !== 0)
    throw new Error(`${seconds} s did not pass in pod ${pod.name}: exit status ${exitCode}, ${stderr.trim()}`)
}
