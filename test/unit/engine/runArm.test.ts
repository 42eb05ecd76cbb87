import { expect } from 'chai'
import { FactUnknownError } from '../../../helpers/facts/armFacts.ts'
import type { CheckContext } from '../../../helpers/behaviour.ts'
import { type LostRejections, watchLostRejections } from '../../../engine/arm/lostRejections.ts'
import type { ArmServices } from '../../../engine/arm/armServices.ts'
import type { Disturbance } from '../../../engine/arm/ground.ts'
import { runArm } from '../../../engine/arm/runArm.ts'
import { arm, podHandle } from './armDouble.ts'

type Check = (context: CheckContext<string, unknown>) => Promise<void>

describe('an arm', () => {
  let lost: LostRejections
  let abort: AbortController
  const evidence: string[] = []

  beforeEach(() => {
    lost = watchLostRejections()
    abort = new AbortController()
    evidence.length = 0
  })
  afterEach(() => lost.stop())

  const services = (overrides: Partial<ArmServices> = {}): ArmServices => ({
    facts: {} as never,
    api: {} as never,
    lost,
    signal: abort.signal,
    acquire: () => ({}),
    release: () => undefined,
    again: () => undefined,
    ground: () => ({ disturbance: () => Promise.resolve(null) }),
    probe: () => ({}) as never,
    probes: () => [],
    extras: () => ({
      createPod: () => Promise.resolve(podHandle('x')),
      createObject: () => Promise.reject(new Error('no object here')),
      temporaryRuntimeClass: () => Promise.resolve('c'),
      temporaryClusterPolicy: () => Promise.resolve('p'),
      temporaryNamespace: () => Promise.resolve('n'),
      changes: {} as never,
      end: () => Promise.resolve({ podsGone: Promise.resolve() }),
    }),
    objects: () => Promise.resolve({}),
    collectEvidence: (_arm, _pods, message) => {
      evidence.push(message)
      return Promise.resolve([])
    },
    ...overrides,
  })

  const table: { name: string; check: Check; verdict: string; message: RegExp; definition?: object }[] = [
    {
      name: 'asserts what holds',
      check: async ({ expect }) => void expect(1).to.equal(1),
      verdict: 'passed',
      message: /^$/,
    },
    {
      name: 'asserts what does not hold',
      check: async ({ expect }) => void expect(1, 'vCPUs').to.equal(2),
      verdict: 'failed',
      message: /^vCPUs: expected 1 to equal 2$/,
    },
    {
      name: 'throws',
      check: () => Promise.reject(new TypeError('no such thing')),
      verdict: 'broken',
      message: /^TypeError: no such thing/,
    },
    {
      name: 'hangs',
      check: () => new Promise(() => undefined),
      verdict: 'broken',
      message: /did not end within 20 ms; last: check started/,
      definition: { timeoutMs: 20 },
    },
    { name: 'asserts nothing', check: () => Promise.resolve(), verdict: 'failed', message: /^vacuous/ },
    {
      name: 'meets an unknown fact',
      check: () => Promise.reject(new FactUnknownError('default memory', 'no probe')),
      verdict: 'skipped',
      message: /default memory is unknown: no probe/,
    },
    {
      name: 'swallows its failed assertion',
      check: async ({ expect }) => {
        try {
          expect(1).to.equal(2)
        } catch {
          // swallowed
        }
      },
      verdict: 'failed',
      message: /swallowed: expected 1 to equal 2/,
    },
    {
      name: 'loses a promise whose assertion fails',
      check: async ({ expect }) => {
        expect(1).to.equal(1)
        void Promise.resolve().then(() => expect(1).to.equal(2))
      },
      verdict: 'failed',
      message: /left alone and rejected: expected 1 to equal 2/,
    },
    {
      name: 'loses a promise that breaks',
      check: async ({ expect }) => {
        expect(1).to.equal(1)
        void Promise.reject(new Error('connection reset'))
      },
      verdict: 'broken',
      message: /left alone and rejected: connection reset/,
    },
    {
      name: 'uses the node probe that its claim does not list',
      check: async ({ node, expect }) => void expect(node).to.equal(node),
      verdict: 'broken',
      message: /does not list node-probe/,
    },
  ]
  for (const { name, check, verdict, message, definition } of table) {
    it(`that ${name} is ${verdict}`, async () => {
      const result = await runArm(arm('A', check, { definition: definition ?? {} }), services())
      expect(result.verdict).to.equal(verdict)
      expect(result.message).to.match(message)
      expect(evidence).to.have.length(verdict === 'failed' || verdict === 'broken' ? 1 : 0)
    })
  }

  it('says what was expected and what was seen', async () => {
    const result = await runArm(
      arm('A', async ({ expect, measure }) => void expect(measure('delta', 3, 'MiB')).to.be.closeTo(256, 4)),
      services(),
    )
    expect(result).to.include({ expected: 'to be close to 256 +/- 4', observed: '3' })
    expect(result.measurements).to.deep.equal([{ name: 'delta', value: 3, unit: 'MiB' }])
  })

  it('blames the product for a pod that it cannot start, and nobody for one that the cluster cannot', async () => {
    const failing = (kind: string) =>
      services({
        acquire: () => ({ p: Promise.reject(Object.assign(new Error('no'), { name: 'PodStartError', kind })) }),
      })
    expect(
      (
        await runArm(
          arm('A', () => Promise.resolve()),
          failing('product'),
        )
      ).verdict,
    ).to.equal('failed')
    expect(
      (
        await runArm(
          arm('A', () => Promise.resolve()),
          failing('infrastructure'),
        )
      ).verdict,
    ).to.equal('broken')
  })

  it('is broken, not failed, when the run is stopped while it works', async () => {
    const running = runArm(
      arm('A', () => new Promise(() => undefined)),
      services(),
    )
    setImmediate(() => abort.abort(new Error('stopped by SIGINT')))
    expect(await running).to.include({ verdict: 'broken', message: 'the run was stopped: stopped by SIGINT' })
  })

  describe('on ground that gives way', () => {
    const gone: Disturbance = { why: 'pod ns/p is gone: somebody else deleted it', lost: [podHandle('p')], over: true }
    const holds: Check = async ({ expect }) => void expect(1).to.equal(1)
    const fails: Check = async ({ expect }) => void expect(1).to.equal(2)
    /** Disturbed as the list says, try by try; the rest is calm. */
    const disturbed = (...disturbances: (Disturbance | null)[]) => {
      const again: string[] = []
      const given = services({
        ground: () => ({ disturbance: () => Promise.resolve(disturbances.shift() ?? null) }),
        again: (_arm, lostPods) => void again.push(lostPods.map(({ name }) => name).join()),
      })
      return { given, again }
    }

    it('is tried again, and its second verdict counts', async () => {
      for (const [check, verdict] of [
        [holds, 'passed'],
        [fails, 'failed'],
      ] as const) {
        const { given, again } = disturbed(gone)
        const result = await runArm(arm('A', check), given)
        expect(result.verdict).to.equal(verdict)
        expect(result.findings).to.deep.equal([`tried again: ${gone.why}`])
        expect(again, 'pods that nobody gets any more').to.deep.equal(['p'])
      }
    })

    it('is broken when it gives way twice, whatever the check said', async () => {
      for (const check of [holds, fails]) {
        const { given } = disturbed(gone, gone)
        const { verdict, message } = await runArm(arm('A', check), given)
        expect(verdict).to.equal('broken')
        expect(message).to.include(gone.why)
      }
    })

    it('is broken at once when the disturbance goes on', async () => {
      const { given, again } = disturbed({ why: 'node n1 is not ready: NodeStatusUnknown', lost: [], over: false })
      const { verdict, message } = await runArm(arm('A', fails), given)
      expect({ verdict, again }).to.deep.equal({ verdict: 'broken', again: [] })
      expect(message).to.equal(
        'node n1 is not ready: NodeStatusUnknown\nWhat the check said meanwhile is no verdict: failed: expected 1 to equal 2',
      )
    })

    it('is tried again after a connection that broke, and not after a bug or a refusal', async () => {
      const errorOf = (of: object) => Object.assign(new Error('no'), of)
      const table: [error: Error, tries: number][] = [
        [errorOf({ name: 'ExecError', kind: 'closed' }), 2],
        [errorOf({ name: 'ExecError', kind: 'timeout' }), 1],
        [errorOf({ name: 'ExecError', kind: 'rejected' }), 1],
        [errorOf({ name: 'ApiError', code: 503 }), 2],
        [errorOf({ name: 'ApiError', code: 403 }), 1],
        [errorOf({ name: 'PodLost' }), 2],
        [errorOf({ name: 'PodStartError', kind: 'infrastructure', failure: { reason: 'Deleted' } }), 2],
        [errorOf({ name: 'PodStartError', kind: 'infrastructure', failure: { reason: 'ErrImagePull' } }), 1],
        [new TypeError('bug'), 1],
      ]
      for (const [error, tries] of table) {
        let tried = 0
        const check: Check = () => {
          tried += 1
          return Promise.reject(error)
        }
        expect((await runArm(arm('A', check), services())).verdict).to.equal('broken')
        expect(tried, JSON.stringify(error)).to.equal(tries)
      }
    })

    it('keeps its verdict when no evidence can be kept', async () => {
      const result = await runArm(
        arm('A', fails),
        services({ collectEvidence: () => Promise.reject(new Error('ENOSPC')) }),
      )
      expect(result).to.deep.include({ verdict: 'failed', findings: ['no evidence could be kept: ENOSPC'] })
    })

    it('is broken, not skipped, for a fact that broke while it was read', async () => {
      const unknown: Check = () => Promise.reject(new FactUnknownError('shim', 'no answer'))
      const classFacts = { name: 'kata', unread: 'n1: the connection broke' } as never
      expect(await runArm(arm('A', unknown, { classFacts }), services())).to.deep.include({
        verdict: 'broken',
        message: 'shim is unknown: no answer; facts could not be read: n1: the connection broke',
      })
    })
  })

  it('gives its pods back whatever happens', async () => {
    const released: string[] = []
    const check: Check = () => Promise.reject(new Error('x'))
    await runArm(arm('A', check), services({ release: ({ planned }) => void released.push(planned.id) }))
    expect(released).to.deep.equal(['A'])
  })
})
