import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { logUntil } from '../../helpers/guest/logUntil.ts'
import { survivors } from '../../helpers/node/survivors.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { statusOf } from '../../helpers/pods/podStatus.ts'

const graceSeconds = 30
/** Only the trap ends with it: who is killed has 128 and the signal's number, or under Kata the number alone. */
const BY_TRAP = 42
const script = `trap 'exit ${BY_TRAP}' TERM; echo waiting; while :; do sleep 0.2; done`

behaviour('KATA-ARCH-008', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(script).gracePeriod(graceSeconds).unshared() }),
  async check({ pods: { pod }, node, measure, signal, expect }) {
    const { shims, hypervisors, virtiofsds } = await node.sandbox(pod.uid)
    const log = await logUntil(pod, { last: (line) => line === 'waiting', withinMs: 15_000 })
    expect(log, 'log of the container, which waits for a signal').to.include('waiting')
    const timeoutMs = (graceSeconds + 60) * 1000
    const [stopped, gone] = await Promise.all([
      pod.waitFor('the end of its container', (now) => exitCodeOf(now) !== undefined, timeoutMs),
      pod.delete({ timeoutMs }),
    ])
    expect(exitCodeOf(stopped), 'exit code of the stopped container').to.equal(BY_TRAP)
    // A container that SIGTERM did not reach lives to the end of the grace period.
    expect(measure('from deletion until gone', gone, 'ms'), 'ms from deletion until gone').to.be.below(
      (graceSeconds - 5) * 1000,
    )
    expect(
      await survivors(node, [...shims, ...hypervisors, ...virtiofsds], { withinMs: 30_000, signal }),
      'processes that outlive their pod',
    ).to.deep.equal([])
  },
  killedBy: {
    'sigterm-not-forwarded': 'exit code of the stopped container',
    'stdout-lost': 'log of the container, which waits for a signal',
    'hypervisor-survives-deletion': 'processes that outlive their pod',
  },
  control: true,
  timeoutMs: 180_000,
})

/**
 * By the pod's status, which the kubelet writes before it removes the pod (kubernetes pkg/kubelet/status/status_manager.go, syncPod). Last words in the log are no
 * evidence: a follower that finds the container removed leaves what it has not read (k8s.io/cri-client/pkg/logs, waitLogs, 1.34).
 */
const exitCodeOf = (pod: KubeObject): number | undefined =>
  statusOf(pod).containerStatuses?.[0]?.state?.terminated?.exitCode
