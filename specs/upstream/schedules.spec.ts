import { behaviour } from '../../helpers/behaviour.ts'
import { expectOwnKernel, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { logOf } from '../../helpers/objects/controlledPods.ts'
import { cronJob, endOfFirst, scheduledPods } from '../../helpers/objects/cronJob.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { someClass } from '../../helpers/oracles/someClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

// The schedule of every minute is waited for, as upstream does: a Job made from the template by hand would say nothing of the schedule.
behaviour('KATA-UPSTREAM-020', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  timeoutMs: 240_000,
  async check({ createObject, api, facts, expect }) {
    const made = await createObject('scheduled', cronJob(busybox(someClass(facts).name).script(printsBootId)))
    const end = await endOfFirst(api, made, 120_000)
    expect(end, 'the first Job of a CronJob of every minute').to.equal('succeeded')
    await made.patch({ spec: { suspend: true } })
    const [pod] = await scheduledPods(api, made)
    const printed = pod === undefined ? 'no pod' : (await logOf(api, pod)).trim()
    expect(printed, 'boot_id that the pod of the CronJob printed').to.match(uuid)
    expectOwnKernel(
      expect,
      "boot_id that the pod of the CronJob printed beside the node's",
      printed,
      await api.bootId(facts.node.name),
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id that the pod of the CronJob printed beside the node's",
    'cron-jobs-never-start': 'the first Job of a CronJob of every minute',
    'stdout-lost': 'boot_id that the pod of the CronJob printed',
  },
})
