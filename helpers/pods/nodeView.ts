import { busybox, idle } from './pod.ts'
import type { Pod } from './podBuilder.ts'

/** A process of the node with an argv that nothing else has: a container of the default runtime. */
export const hostWitness = ': kata-conformance-process-of-the-node'

export const witnessPod = (): Pod => busybox(undefined).script(`${hostWitness}; ${idle}`)

/** The node as it sees itself: clock, addresses and routes of its own network namespace, parameters of its kernel. */
export const nodeView = (): Pod => busybox(undefined).hostNetwork()
