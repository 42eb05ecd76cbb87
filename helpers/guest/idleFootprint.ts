import type { CheckContext } from '../behaviour.ts'
import { type Footprint, footprint } from '../node/footprint.ts'
import { busybox } from '../pods/pod.ts'
import type { Pod } from '../pods/podBuilder.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import { letPass } from './letPass.ts'

/** How long a pod is left alone before its memory is read, s: the guide's figures are of idle pods. */
export const idleSeconds = 120

/** Age of the container's own process, whole s: who comes later to the same pod waits less. */
const age = `set -- $(cat /proc/1/stat)
shift 21
read up rest < /proc/uptime
echo $((\${up%.*} - $1 / 100))`

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
  const { stdout } = await pod.read(['sh', '-c', age])
  if (!/^\d+\n$/.test(stdout)) throw new Error(`no age of process 1 in pod ${pod.name}: ${JSON.stringify(stdout)}`)
  await letPass(pod, Math.max(0, idleSeconds - Number(stdout)))
  return footprint(node, pod)
}
