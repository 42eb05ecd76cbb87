import { expect } from 'chai'
import { startSimulated } from './clusters/simulated.ts'
import type { Target } from './clusters/target.ts'
import { disturbedRun, type Undisturbed, undisturbedRun } from './disturbedRun.ts'
import { planOf } from './faultPlan.ts'
import { faults, type Strike } from './faults.ts'
import type { Group } from './groups.ts'
import { calls } from './proxy/requestKind.ts'
import type { Act } from './proxy/rule.ts'
import { createSmallDisk } from './smallDisk.ts'
import { createSuite, type Suite } from './suite.ts'
import { describeOutcome, isBad } from './summary.ts'

/** Small, and of every kind: pods that are read, pods that end, the node's processes, a RuntimeClass of the run, controls and canaries. */
const group: Group = {
  name: 'a few of each kind',
  behaviours: ['KATA-RTCLASS-008', 'KATA-RTCLASS-012', 'KATA-OOM-003', 'KATA-ARCH-001'],
  classes: ['kata-qemu'],
}

/** All requests, the one of the moment among them: it is hit however fast the machine is. */
const onAll = (act: Act, durationMs: number): Strike => ({
  on: 'proxy',
  rule: { kinds: [...calls, 'watch', 'exec'], share: 1, act },
  durationMs,
})
const onWatches = (act: Act, durationMs: number): Strike => ({
  on: 'proxy',
  rule: { kinds: ['watch'], share: 1, act },
  durationMs,
})

/** The moment of each strike, as a share of the requests of a run, and how it is struck. */
const strikes: [fault: string, at: number, strike: Strike][] = [
  [
    'connection-reset',
    0.5,
    { on: 'proxy', rule: { kinds: calls, share: 0.6, act: { type: 'reset', when: 'after' } }, durationMs: 1500 },
  ],
  ['server-error', 0.2, onAll({ type: 'answer', code: 503, retryAfter: null, when: 'after' }, 1500)],
  ['server-error', 0.4, onAll({ type: 'answer', code: 500, retryAfter: null, when: 'before' }, 1500)],
  ['too-many-requests', 0.3, onAll({ type: 'answer', code: 429, retryAfter: 1, when: 'before' }, 1000)],
  ['slow-answers', 0.5, onAll({ type: 'delay', ms: 1500 }, 1000)],
  ['watch-expired', 0.5, onWatches({ type: 'expire-watch', how: 'event' }, 1000)],
  ['watch-cut', 0.5, onWatches({ type: 'cut-watch', how: 'middle' }, 1500)],
  ['watch-stalled', 0.5, onWatches({ type: 'stall-watch' }, 2000)],
  [
    'exec-cut',
    0.4,
    { on: 'proxy', rule: { kinds: ['exec'], share: 0.7, act: { type: 'cut-exec', when: 'status' } }, durationMs: 1500 },
  ],
  ['api-server-restarted', 0.6, { on: 'apiServer', durationMs: 2000 }],
  ['pod-deleted', 0.5, { on: 'pod', graceSeconds: 0, which: 3, times: 4, everyMs: 200 }],
  ['node-lost', 0.5, { on: 'node', how: 'killed', durationMs: 4000 }],
  ['disk-full', 0.6, { on: 'disk', leftBytes: 0, durationMs: null }],
  ['suite-killed', 0.7, { on: 'suite', cleanAll: false }],
]

describe('runs under faults, on a simulated cluster', function () {
  this.timeout(240_000)
  let suite: Suite
  const targets = new Map<string, { target: Target; undisturbed: Undisturbed }>()

  before(async () => {
    suite = createSuite()
    for (const name of ['healthy', 'impostor']) {
      const target = await startSimulated(name)
      targets.set(name, { target, undisturbed: await undisturbedRun(suite, target, group) })
    }
  })
  after(async () => {
    suite.close()
    for (const { target } of targets.values()) await target.close()
  })

  it('says what there is to say when nothing strikes', () => {
    const outcomeOn = (name: string) => targets.get(name)?.undisturbed.record.outcome
    expect([outcomeOn('healthy'), outcomeOn('impostor')]).to.deep.equal(['conformant', 'not-conformant'])
  })

  it('are of every kind', () => {
    expect(strikes.map(([fault]) => fault)).to.include.members(faults.map(({ name }) => name))
  })

  for (const [index, [fault, at, strike]] of strikes.entries()) {
    const name = index % 2 === 0 ? 'impostor' : 'healthy'
    it(`${fault}, ${name}: no wrong verdict, nothing left, an end in time`, async function () {
      if (strike.on === 'disk' && !canFillDisks()) this.skip()
      const { target, undisturbed } = targets.get(name) ?? expect.fail(`no cluster ${name}`)
      const plan = { ...planOf(index, { clusters: [name] }), fault, group, at, strike }
      const outcome = await disturbedRun(suite, plan, target, undisturbed)
      const said = `${describeOutcome(outcome)}\n${outcome.stderr}`
      expect(isBad(outcome), said).to.equal(false)
      expect(outcome.struck, said).to.not.equal(null)
      // Of those that take all requests or all watches some is under way at any moment.
      if (strike.on === 'proxy' && strike.rule.share === 1) expect(outcome.hits, said).to.be.above(0)
    })
  }
})

/** Only where a file system can be mounted for it. */
function canFillDisks(): boolean {
  const disk = createSmallDisk()
  disk?.remove()
  return disk !== null
}
