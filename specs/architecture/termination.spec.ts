import { behaviour } from '../../helpers/behaviour.ts'
import { pause } from '../../helpers/cluster/deadline.ts'
import { logUntil } from '../../helpers/guest/logUntil.ts'
import type { HostProcess, NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const graceSeconds = 30
const script = `trap 'echo TERM; exit 0' TERM; echo waiting; while :; do sleep 0.2; done`

behaviour('KATA-ARCH-008', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(script).gracePeriod(graceSeconds).unshared() }),
  async check({ pods: { pod }, node, measure, signal, expect }) {
    const { shims, hypervisors, virtiofsds } = await node.sandbox(pod.uid)
    // One stream from before the deletion: the log of a pod that is gone cannot be asked for.
    let deletion: Promise<number> | undefined
    const remove = () => {
      deletion ??= pod.delete({ timeoutMs: (graceSeconds + 60) * 1000 })
      deletion.catch(() => undefined)
      return deletion
    }
    const log = await logUntil(pod, {
      each: (line) => void (line === 'waiting' && remove()),
      last: (line) => line === 'TERM',
      withinMs: (graceSeconds + 10) * 1000,
    })
    const gone = await remove()
    expect(log, 'log of the stopped container').to.include('TERM')
    // A container that SIGTERM did not reach lives to the end of the grace period.
    expect(measure('from deletion until gone', gone, 'ms'), 'ms from deletion until gone').to.be.below(
      (graceSeconds - 5) * 1000,
    )
    expect(
      await survivors(node, [...shims, ...hypervisors, ...virtiofsds], signal),
      'processes that outlive their pod',
    ).to.deep.equal([])
  },
  killedBy: {
    'sigterm-not-forwarded': 'log of the stopped container',
    'stdout-lost': 'log of the stopped container',
    'hypervisor-survives-deletion': 'processes that outlive their pod',
  },
  control: true,
  timeoutMs: 180_000,
})

/**
 * Those of the processes that still run 30 s after their pod has gone from the API, by program. The kubelet removes the pod once its sandbox is
 * stopped, the shim ends a little later; a host's process table has no watch, so it is read until they are gone.
 */
async function survivors(
  node: NodeProbe,
  ours: readonly HostProcess[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const now = await node.processes()
    const left = ours.filter(({ pid, comm }) => now.some((each) => each.pid === pid && each.comm === comm))
    if (left.length === 0 || Date.now() > deadline) return left.map(({ comm, pid }) => `${comm} (${pid})`)
    await pause(500, signal)
  }
}
