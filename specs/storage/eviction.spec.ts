import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { letPass } from '../../helpers/guest/letPass.ts'
import { anyKata, classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const statusOf = (pod: KubeObject) => (pod.status ?? {}) as { phase?: string; reason?: string; message?: string }
/** s. The kubelet looks every 10 s, at figures that may be a minute old. */
const evictedWithin = 300

/** The kubelet tells of the end of a pod a moment after what ran in it has ended. */
const toldMs = 30_000

/**
 * "Evicted: Pod ephemeral local storage usage exceeds…", or how the pod stands when the time is over. The time is the pod's own: a command sleeps in
 * it, and ends with it.
 * @param seconds at the most
 */
async function eviction(pod: PodHandle, seconds: number): Promise<string> {
  const runs = await letPass(pod, seconds)
    .then(() => pod.read(['true'], { expectOutput: false }))
    .then(
      () => true,
      () => false,
    )
  const ended = (object: KubeObject) => ['Failed', 'Succeeded'].includes(statusOf(object).phase ?? '')
  const last = runs ? pod.object : await pod.waitFor('its end', ended, toldMs)
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
    expect(await eviction(pod, evictedWithin), 'what became of a pod over its ephemeral-storage limit').to.match(
      /^Evicted: .*ephemeral[- ](local )?storage/,
    )
  },
  control: true,
  timeoutMs: (evictedWithin + 60) * 1000,
  killedBy: {
    'container-writes-stay-in-the-guest': 'what became of a pod over its ephemeral-storage limit',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** s. The figures of a volume are renewed every minute, for each pod at its own time (volumeStatsAggPeriod). */
const later = 75

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
      await eviction(standard, evictedWithin),
      'a pod of the default runtime over the sizeLimit of its emptyDir',
    ).to.match(limit)
    const seen = await eviction(kata, later)
    const place = facts.class.emptyDir?.value ?? null
    if (place === 'node') expect(seen, 'a Kata pod over the sizeLimit of an emptyDir of the node').to.match(limit)
    else
      expect(seen, 'a Kata pod over the sizeLimit of its emptyDir').to.match(
        /^(not evicted, Running|Evicted: Usage of EmptyDir)/,
      )
    finding(`an emptyDir of ${place === null ? 'an unknown place' : `the ${place}`} over its sizeLimit: ${seen}`)
  },
  timeoutMs: (evictedWithin + later + 60) * 1000,
  killedBy: {
    'emptydir-limits-ignored': 'a pod of the default runtime over the sizeLimit of its emptyDir',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
