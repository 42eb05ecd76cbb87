import { behaviour } from '../../helpers/behaviour.ts'
import { logUntil } from '../../helpers/guest/logUntil.ts'
import { survivors } from '../../helpers/node/survivors.ts'
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
      await survivors(node, [...shims, ...hypervisors, ...virtiofsds], { withinMs: 30_000, signal }),
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
