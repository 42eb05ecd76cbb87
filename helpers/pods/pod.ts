import { ContainerBuilder } from './containerBuilder.ts'
import { Pod } from './podBuilder.ts'

/**
 * Ends a script that has nothing more to do: the shell stays PID 1, and the pod stays until it is deleted. It ends at the first TERM then: without a handler
 * PID 1 ignores it, and every deletion would take the grace period and the kubelet's next look, 3 s instead of 1 (measured on 1.34). It ends as whatever TERM
 * ends, with 128 + 15: a pod that ends with 0 is Succeeded, and over that a kubelet forgets that it evicted it (1.34, generateAPIPodStatus; observed).
 */
export const idle = "trap 'exit 143' TERM; while :; do sleep 3601 & wait; done"

/**
 * A pod of one busybox container named `main`, which does nothing: the least that a claim can be about.
 * @param runtimeClass undefined for the default runtime
 */
export function busybox(runtimeClass: string | undefined): Pod {
  return pod('busybox', runtimeClass).script(idle)
}

/**
 * A pod of one container named `main` that runs what its image runs.
 * @param image a name of fixtures/images.yaml, or a reference
 */
export function pod(image: string, runtimeClass: string | undefined): Pod {
  return new Pod({
    awaited: 'ready',
    // A cold image pull and a nested hypervisor both fit in; a pod that will not start ends the wait earlier.
    timeoutMs: 120_000,
    shared: true,
    elsewhere: false,
    atBaseline: false,
    namespace: null,
    after: null,
    mayBeUnschedulable: false,
    annotations: {},
    labels: {},
    spec: {
      ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
      restartPolicy: 'Never',
      // What ignores TERM as PID 1 (sleep) would take the default of 30 s at each deletion.
      terminationGracePeriodSeconds: 1,
      // No token is mounted: no claim needs one, and it would be one more virtiofs mount in every guest.
      automountServiceAccountToken: false,
    },
    volumes: [],
    initContainers: [],
    containers: [new ContainerBuilder({ name: 'main', image, imagePullPolicy: 'IfNotPresent' })],
  })
}
