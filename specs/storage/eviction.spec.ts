import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata, classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const statusOf = (pod: KubeObject) => (pod.status ?? {}) as { phase?: string; reason?: string; message?: string }
/** The kubelet looks every 10 s, at figures that may be a minute old. */
const evictedWithinMs = 300_000

/** "Evicted: Pod ephemeral local storage usage exceeds…", or how the pod stands when the time is over. */
async function eviction(pod: PodHandle, withinMs: number): Promise<string> {
  const ended = ({ phase }: { phase?: string }) => phase === 'Failed' || phase === 'Succeeded'
  const last = await pod
    .waitFor('evicted', (object) => ended(statusOf(object)), withinMs)
    .catch((error: Error) => {
      if (error.name !== 'WaitError') throw error
      return pod.object
    })
  const { phase, reason, message } = statusOf(last)
  return reason === undefined ? `not evicted, ${phase}` : `${reason}: ${message?.trim()}`
}

// Writes only when it is told to: a pod that is evicted before it is looked at proves nothing of where it ran.
behaviour('KATA-STORAGE-005', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).limits({ 'ephemeral-storage': '64Mi' }).unshared(),
  }),
  async check({ pods: { pod }, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    await pod.exec(['sh', '-c', 'dd if=/dev/zero of=/big bs=1M count=128 2>/dev/null; sync']).catch(() => undefined)
    expect(await eviction(pod, evictedWithinMs), 'what became of a pod over its ephemeral-storage limit').to.match(
      /^Evicted: .*ephemeral[- ](local )?storage/,
    )
  },
  control: true,
  timeoutMs: evictedWithinMs + 60_000,
  killedBy: {
    'container-writes-stay-in-the-guest': 'what became of a pod over its ephemeral-storage limit',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** The figures of a volume are renewed every minute, for each pod at its own time (volumeStatsAggPeriod). */
const laterMs = 75_000

// The pod of the default runtime shows when the kubelet has looked; a guest's own emptyDir it cannot see (recorded on 3.26.0).
behaviour('KATA-STORAGE-006', {
  on: anyKata,
  pods: ({ runtimeClass }) => {
    const filled = (name: string | undefined) => busybox(name).emptyDir('/data', { sizeLimit: '32Mi' }).unshared()
    return { kata: filled(runtimeClass), standard: filled(undefined) }
  },
  async check({ pods: { kata, standard }, facts, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, kata)
    const fill = ['sh', '-c', 'dd if=/dev/zero of=/data/big bs=1M count=96 2>/dev/null; sync']
    await Promise.all([kata, standard].map((pod) => pod.exec(fill).catch(() => undefined)))
    const limit = /^Evicted: Usage of EmptyDir volume .* exceeds the limit/
    expect(
      await eviction(standard, evictedWithinMs),
      'a pod of the default runtime over the sizeLimit of its emptyDir',
    ).to.match(limit)
    const seen = await eviction(kata, laterMs)
    const place = facts.class.emptyDir?.value ?? null
    if (place === 'node') expect(seen, 'a Kata pod over the sizeLimit of an emptyDir of the node').to.match(limit)
    else
      expect(seen, 'a Kata pod over the sizeLimit of its emptyDir').to.match(
        /^(not evicted, Running|Evicted: Usage of EmptyDir)/,
      )
    finding(`an emptyDir of ${place === null ? 'an unknown place' : `the ${place}`} over its sizeLimit: ${seen}`)
  },
  timeoutMs: evictedWithinMs + laterMs + 60_000,
  killedBy: {
    'emptydir-limits-ignored': 'a pod of the default runtime over the sizeLimit of its emptyDir',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
