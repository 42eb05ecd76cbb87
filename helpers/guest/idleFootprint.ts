import type { CheckContext } from '../behaviour.ts'
import { type Footprint, footprint } from '../node/footprint.ts'
import { busybox, type Pod } from '../pods/pod.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** How long a pod is left alone before its memory is read, s: the guide's figures are of idle pods. */
export const idleSeconds = 120

/**
 * Waits until the container's own process is that old: who comes later to the same pod waits less. A line every 20 s, as a stream on which nothing passes
 * is cut by load balancers.
 */
const idling = `set -- $(cat /proc/1/stat)
shift 21
born=$(($1 / 100))
read up rest < /proc/uptime
up=\${up%.*}
left=$((${idleSeconds} - up + born))
while [ $left -gt 0 ]; do
  turn=$((left < 20 ? left : 20))
  sleep $turn
  echo idle
  left=$((left - turn))
done`

/** A pod that only claims about idle sandboxes look at: what others run in a pod stays in the memory of its guest. */
export const idlePod = (runtimeClass: string | undefined): Pod =>
  busybox(runtimeClass).annotations({ 'kata-conformance.dev/left': 'idle' })

/** What an arm with `idleFootprint` may take, ms. */
export const idleTimeoutMs = (idleSeconds + 120) * 1000

/** The footprint of a pod's sandbox on the node after it has been idle: fresh from boot, with nothing touched but by guest and agent. */
export async function idleFootprint(
  { node }: Pick<CheckContext<string, unknown>, 'node'>,
  pod: PodHandle,
): Promise<Footprint> {
  const { exitCode, stderr } = await pod.read(['sh', '-c', idling], { timeoutMs: (idleSeconds + 60) * 1000 })
  if (exitCode !== 0)
    throw new Error(`pod ${pod.name} could not be left idle: exit status ${exitCode}, ${stderr.trim()}`)
  return footprint(node, pod)
}
