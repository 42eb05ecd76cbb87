import { expect } from 'chai'
import { realTarget } from '../reliability/clusters/real.ts'
import type { Target } from '../reliability/clusters/target.ts'
import { disturbedRun, type Outcome, type Undisturbed, undisturbedRun } from '../reliability/disturbedRun.ts'
import { planOf } from '../reliability/faultPlan.ts'
import type { Strike } from '../reliability/faults.ts'
import type { Group } from '../reliability/groups.ts'
import { createSuite, type Suite } from '../reliability/suite.ts'
import { describeOutcome, isBad } from '../reliability/summary.ts'
import { describeOnCluster } from './realCluster.ts'

/** Pods that are read, pods that end, the node's processes, a RuntimeClass of the run, controls and canaries. */
const group: Group = {
  name: 'a few of each kind',
  behaviours: ['KATA-RTCLASS-008', 'KATA-RTCLASS-012', 'KATA-OOM-003', 'KATA-ARCH-001'],
  classes: ['kata-qemu'],
}

describeOnCluster('runs under faults, on a real cluster', (cluster) => {
  let suite: Suite
  let target: Target
  let undisturbed: Undisturbed

  before(async function () {
    this.timeout(300_000)
    suite = createSuite()
    target = await realTarget('real', cluster())
    undisturbed = await undisturbedRun(suite, target, group)
  })
  after(async () => {
    suite.close()
    await target.close()
  })

  const struck = async (fault: string, at: number, strike: Strike): Promise<Outcome> => {
    const plan = { ...planOf(1, { clusters: ['real'] }), fault, group, at, strike }
    const outcome = await disturbedRun(suite, plan, target, undisturbed)
    expect(isBad(outcome), `${describeOutcome(outcome)}\n${outcome.stderr}`).to.equal(false)
    expect(outcome.struck, 'it was struck').to.not.equal(null)
    return outcome
  }
  const verdicts = ({ record }: Pick<Outcome, 'record'>) => record?.arms.map(({ id, verdict }) => `${id}: ${verdict}`)

  it('an API server that is killed and comes back: the same verdicts', async function () {
    this.timeout(300_000)
    const outcome = await struck('api-server-restarted', 0.5, { on: 'apiServer', durationMs: 5000 })
    expect(outcome.record?.retries, 'what was asked again').to.not.be.empty
    expect(verdicts(outcome)).to.deep.equal(verdicts(undisturbed))
    expect(outcome.exitCode).to.equal(undisturbed.record.exitCode)
  })

  it('a node that dies in mid-run, and comes back: broken where it has to be, never failed, a clean end', async function () {
    this.timeout(900_000)
    // Longer than the 50 s after which the control plane gives a silent node up.
    const outcome = await struck('node-lost', 0.5, { on: 'node', how: 'killed', durationMs: 12_500 })
    expect(outcome.ms).to.be.above(60_000)
  })

  it('pods that somebody deletes: tried again, or broken', async function () {
    this.timeout(300_000)
    await struck('pod-deleted', 0.5, { on: 'pod', graceSeconds: 0, which: 1, times: 4, everyMs: 400 })
  })

  it('execs that are cut before their status', async function () {
    this.timeout(300_000)
    const rule = { kinds: ['exec'], share: 0.6, act: { type: 'cut-exec', when: 'status' } } as const
    await struck('exec-cut', 0.5, { on: 'proxy', rule, durationMs: 3000 })
  })
})
