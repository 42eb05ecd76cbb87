import { busybox } from './pod.ts'
import type { Pod } from './podBuilder.ts'

/** Where the node's root is in it. */
export const debugRoot = '/host'

/**
 * The pod that `kubectl debug node/NAME --image=busybox` makes (kubectl pkg/cmd/debug, profiles legacy and general): in the host's namespaces, with its
 * root at /host, and not privileged. The suite's mounts the root read-only, and is removed, which kubectl's is not.
 */
export const nodeDebugPod = (): Pod =>
  busybox(undefined)
    .hostNetwork()
    .hostPID()
    .hostIPC()
    .with({ tolerations: [{ operator: 'Exists' }] })
    .hostPath('/', debugRoot, { name: 'host-root', readOnly: true })
