import { behaviour } from '../../helpers/behaviour.ts'
import { ApiError } from '../../helpers/cluster/apiError.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { resourceQuota } from '../../helpers/objects/resourceQuota.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { someClass } from '../../helpers/oracles/someClass.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { Pod } from '../../helpers/pods/podBuilder.ts'

const PODS = 2

/** The quota counts pods with a deadline and without requests: those of this check and no other of the suite's. */
const scopes = ['Terminating', 'BestEffort'] as const
const marked = { activeDeadlineSeconds: 600 }

const usedPods = (quota: object): string | undefined =>
  (quota as { status?: { used?: Record<string, string> } }).status?.used?.['pods']

/** A pod of which nobody waits for anything: that its quota is used up is what is asked, and no trouble of the cluster's. */
const barePod = (pod: Pod): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'Pod',
  content: ({ template }) => ({ spec: template('further', pod)['spec'] }),
})

behaviour('KATA-UPSTREAM-023', {
  on: theCluster,
  pods: () => ({}),
  objects: () => ({ quota: resourceQuota({ pods: String(PODS) }, scopes) }),
  timeoutMs: 240_000,
  furtherPods: PODS,
  async check({ objects, facts, api, createPod, createObject, expect }) {
    const { quota } = objects
    if (!quota) throw new Error('the quota of the check was not made')
    const { name } = someClass(facts)
    // Before the first pod: the API server refuses pods as long as nobody has counted what the quota has used.
    await quota.waitFor('nothing is counted', (object) => usedPods(object) === '0', 60_000)
    const asked = () => createPod(busybox(name).with(marked).awaits('settled'))
    for (let count = 1; count <= PODS; count += 1) {
      const pod = await asked()
      expect(pod.refusal?.message ?? pod.outcome, `pod ${count} of ${PODS} that the quota allows`).to.equal('ready')
      await expectInVm({ api, expect, runtimeClass: name }, pod)
    }
    const template = busybox(name).with(marked)
    const further = await createObject('further', barePod(template)).then(
      () => 'admitted',
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 403) return error.message
        throw error
      },
    )
    expect(further, `pod ${PODS + 1} beside a quota of ${PODS}`).to.include('exceeded quota')
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'pod-quota-ignored-for-kata': `pod ${PODS + 1} beside a quota of ${PODS}`,
  },
})
