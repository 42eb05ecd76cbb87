import { expect } from 'chai'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { startReal } from '../reliability/clusters/real.ts'
import { leftIn, type Target } from '../reliability/clusters/target.ts'
import { disturbedRun, type Outcome, type Undisturbed, undisturbedRun } from '../reliability/disturbedRun.ts'
import { planOf } from '../reliability/faultPlan.ts'
import type { Strike } from '../reliability/faults.ts'
import type { Group } from '../reliability/groups.ts'
import { createSuite, type Suite } from '../reliability/suite.ts'
import { describeOutcome, isBad } from '../reliability/summary.ts'
import { FIRST_START_MS } from './testCluster.ts'

/** Pods that are read, pods that end, processes of a node, each node, a RuntimeClass of the run, controls and canaries. */
const group: Group = {
  name: 'a few of each kind',
  behaviours: ['KATA-RTCLASS-008', 'KATA-RTCLASS-012', 'KATA-OOM-003', 'KATA-ARCH-001', 'KATA-PREREQ-002'],
  classes: ['kata-qemu'],
}

// A cluster of its own, with two nodes: one of them dies.
describe('runs under faults, on a real cluster', () => {
  let suite: Suite | undefined
  let target: Target | undefined
  let undisturbed: Undisturbed

  before(async function () {
    this.timeout(FIRST_START_MS)
    try {
      target = await startReal('real')
    } catch (error) {
      if (error instanceof RangeError) return this.skip()
      throw error
    }
    suite = createSuite()
    undisturbed = await undisturbedRun(suite, target, group)
  })
  after(async () => {
    suite?.close()
    await target?.close()
  })

  const struck = async (fault: string, at: number, strike: Strike): Promise<Outcome> => {
    if (!suite || !target) throw new Error('no cluster')
    const plan = { ...planOf(1, { clusters: ['real'] }), fault, group, at, strike }
    const outcome = await disturbedRun(suite, plan, target, undisturbed)
    expect(isBad(outcome), `${describeOutcome(outcome)}\n${outcome.stderr}`).to.equal(false)
    expect(outcome.struck, 'it was struck').to.not.equal(null)
    return outcome
  }

  it('an API server that is killed and comes back: what it did not answer is asked again', async function () {
    this.timeout(300_000)
    const outcome = await struck('api-server-restarted', 0.5, { on: 'apiServer', durationMs: 5000 })
    expect(outcome.record?.retries, 'what was asked again').to.not.be.empty
  })

  it('a node that dies in mid-run, and comes back: broken where it has to be, never failed, a clean end', async function () {
    this.timeout(900_000)
    // Longer than the 50 s after which the control plane gives a silent node up.
    const outcome = await struck('node-lost', 0.5, { on: 'node', how: 'killed', durationMs: 12_500 })
    const elsewhere = ({ arms = [] }: Partial<RunRecord>) =>
      arms
        .filter(({ node }) => node !== null && !outcome.struck?.startsWith(node))
        .map(({ id, verdict }) => [id, verdict])
    expect(elsewhere(undisturbed.record)).to.not.be.empty
    expect(elsewhere(outcome.record ?? {}), 'verdicts on the other node').to.deep.equal(elsewhere(undisturbed.record))
    expect(felt(outcome), 'what the death of the node broke, or made the suite try again').to.not.be.empty
  })

  it('pods that somebody deletes: tried again, or broken', async function () {
    this.timeout(300_000)
    await struck('pod-deleted', 0.5, { on: 'pod', graceSeconds: 0, which: 1, times: 4, everyMs: 400 })
  })

  it('a handler that containerd does not know: failed, and why', async function () {
    this.timeout(300_000)
    if (!suite || !target) throw new Error('no cluster')
    const unknown = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'kata-unknown' }
    const { apiVersion, kind, name } = unknown
    await target.cluster.create({ apiVersion, kind, metadata: { name }, handler: name })
    try {
      const { record, ms } = await undisturbedRun(suite, target, {
        name: 'an unknown handler',
        behaviours: ['KATA-RTCLASS-008', 'KATA-RTCLASS-018', 'KATA-PIDNS-001'],
        classes: [name],
      })
      const ours = record.arms.filter(({ runtimeClass, role }) => runtimeClass === name && role === 'check')
      expect(ours.map(({ verdict }) => verdict)).to.deep.equal(['failed', 'failed', 'failed'])
      for (const { message } of ours) expect(message).to.match(/FailedCreatePodSandBox.*no runtime for "kata-unknown"/s)
      expect(record).to.include({ exitCode: 1 })
      expect(record.leaked).to.deep.equal([])
      expect(await leftIn(target.cluster)).to.deep.equal([])
      expect(ms, 'ms: nothing waits for what cannot come').to.be.below(120_000)
    } finally {
      await target.cluster.delete(unknown)
    }
  })

  it('execs that are cut before their status', async function () {
    this.timeout(300_000)
    const rule = { kinds: ['exec'], share: 0.6, act: { type: 'cut-exec', when: 'status' } } as const
    await struck('exec-cut', 0.5, { on: 'proxy', rule, durationMs: 3000 })
  })
})

/** Arms of the node that was struck which are broken or were tried again, and what was asked again of a kubelet: the other node's always answers. */
function felt({ record, struck }: Outcome): string[] {
  const { arms = [], retries = [] }: Partial<RunRecord> = record ?? {}
  const there = arms.filter(({ node }) => node !== null && struck?.startsWith(`${node} `))
  const disturbed = there.filter(
    ({ verdict, findings }) => verdict === 'broken' || findings.some((each) => each.startsWith('tried again')),
  )
  const askedAgain = retries.filter(({ request }) => /\/pods\/[^/]+\/(exec|log)\b/.test(request))
  return [...disturbed.map(({ id }) => id), ...askedAgain.map(({ request }) => request)]
}
