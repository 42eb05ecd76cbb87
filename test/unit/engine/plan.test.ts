import { expect } from 'chai'
import type { Applicability, Behaviour, RegisteredBehaviour } from '../../../helpers/behaviour.ts'
import { FactUnknownError } from '../../../helpers/facts/armFacts.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import type { Claim } from '../../../engine/catalog/claim.ts'
import type { Catalog } from '../../../engine/catalog/loadCatalog.ts'
import type { RunOptions } from '../../../engine/options.ts'
import { makePlan } from '../../../engine/plan/plan.ts'
import { claimDouble as claim, podSpec } from './armDouble.ts'

const node = (name: string, overrides: Partial<NodeFacts> = {}): NodeFacts =>
  ({
    name,
    kata: known(true, 'label'),
    schedulable: known(true, 'api'),
    allocatablePods: known(110, 'api'),
    requestedPods: known(5, 'api'),
    kvmUsable: known(true, 'probe'),
    cpus: known(4, 'capacity'),
    ...overrides,
  }) as NodeFacts
const kataClass = (name: string, nodes: string[]): ClassFacts =>
  ({ name, nodes, overheadMiB: known(160, 'api') }) as unknown as ClassFacts

const facts = (overrides: Partial<ClusterFacts> = {}): ClusterFacts =>
  ({
    kataVersion: known('3.26.0', 'file'),
    nodes: [node('n1'), node('n2')],
    classes: [kataClass('kata-qemu', ['n1', 'n2']), kataClass('kata-clh', ['n1', 'n2'])],
    nodeProbe: known(true, 'probe'),
    privilegedNamespace: known(true, 'made'),
    mayCreateRuntimeClasses: known(true, 'review'),
    ...overrides,
  }) as ClusterFacts

const options = {
  classes: [],
  nodes: [],
  chapters: [],
  levels: [],
  behaviours: [],
  quietNodes: false,
  slow: false,
  allowNodeChanges: false,
  allowDisruptive: false,
  repeat: 1,
} as unknown as RunOptions

const catalogOf = (...claims: Claim[]): Catalog => ({
  chapters: [],
  claims: new Map(claims.map((each) => [each.id, { ...each, chapter: each.id.split('-')[1] ?? '', folder: 'f' }])),
})
const check = (definition: Partial<Behaviour> = {}, id = 'KATA-MEM-001'): RegisteredBehaviour => ({
  id,
  file: 'f.spec.ts',
  line: 1,
  definition: {
    on: { scope: 'class', applies: () => true },
    pods: () => ({ p: podSpec() }),
    check: () => Promise.resolve(),
    killedBy: { x: 'y' },
    ...definition,
  },
})
const ids = (...args: Parameters<typeof makePlan>) => makePlan(...args).arms.map(({ planned }) => planned.id)
const decided = (...args: Parameters<typeof makePlan>) => makePlan(...args).arms.map((arm) => arm.decided)

describe('the plan', () => {
  it('makes an arm for each RuntimeClass and case', () => {
    const cases = claim({ cases: [{ id: 'a' }, { id: 'b' }] })
    expect(ids(catalogOf(cases), [check({ cases: { a: 1, b: 2 } })], facts(), options)).to.deep.equal([
      'KATA-MEM-001 kata-qemu a',
      'KATA-MEM-001 kata-qemu b',
      'KATA-MEM-001 kata-clh a',
      'KATA-MEM-001 kata-clh b',
    ])
  })

  it('repeats what is executed, but neither controls and canaries nor what the plan decides', () => {
    const expected = ['KATA-MEM-001 kata-qemu', 'KATA-MEM-001 kata-clh'].flatMap((id) => [id, `${id} #2`, `${id} #3`])
    const checks = [check({ control: true, canary: true })]
    expect(ids(catalogOf(claim()), checks, facts(), { ...options, repeat: 3 })).to.deep.equal([
      ...expected,
      'KATA-MEM-001 control',
      'KATA-MEM-001 canary',
    ])
    const unmet = catalogOf(claim({ needs: ['slow'] }))
    expect(ids(unmet, [check()], facts(), { ...options, repeat: 3 })).to.have.length(2)
  })

  it('gives each class a home node, spread over the nodes', () => {
    const { arms } = makePlan(catalogOf(claim()), [check()], facts(), options)
    expect(arms.map(({ planned }) => planned.node)).to.deep.equal(['n1', 'n2'])
  })

  it('uses no node whose KVM is known to be unusable', () => {
    const locked = node('n2', { kvmUsable: known(false, 'open failed') })
    const { arms } = makePlan(catalogOf(claim()), [check()], facts({ nodes: [node('n1'), locked] }), options)
    expect(arms.map(({ planned }) => planned.node)).to.deep.equal(['n1', 'n1'])
  })

  it('adds one control arm and one canary, whatever the number of classes', () => {
    expect(ids(catalogOf(claim()), [check({ control: true, canary: true })], facts(), options)).to.deep.equal([
      'KATA-MEM-001 kata-qemu',
      'KATA-MEM-001 kata-clh',
      'KATA-MEM-001 control',
      'KATA-MEM-001 canary',
    ])
  })

  it('plans the canaries of claims that were not selected', () => {
    const catalog = catalogOf(claim(), claim({ id: 'KATA-CPU-001' }))
    const arms = ids(catalog, [check({ canary: true }), check({}, 'KATA-CPU-001')], facts(), {
      ...options,
      chapters: ['CPU'],
    })
    expect(arms).to.deep.equal(['KATA-MEM-001 canary', 'KATA-CPU-001 kata-qemu', 'KATA-CPU-001 kata-clh'])
  })

  it('lets no claim vanish that applies nowhere: one skipped arm says why', () => {
    const applies = (): Applicability => ({ no: 'sizing is static (effective TOML)' })
    expect(decided(catalogOf(claim()), [check({ on: { scope: 'class', applies } })], facts(), options)).to.deep.equal([
      { verdict: 'skipped', reason: 'sizing is static (effective TOML)' },
    ])
  })

  it('tells apart what does not apply from what is not known', () => {
    const applies = ({ name }: ClassFacts): Applicability =>
      name === 'kata-qemu' ? { unknown: 'no probe' } : { no: 'is clh' }
    const plan = makePlan(catalogOf(claim()), [check({ on: { scope: 'class', applies } })], facts(), options)
    expect(plan.arms.map((arm) => [arm.planned.id, arm.decided?.reason])).to.deep.equal([
      ['KATA-MEM-001 kata-qemu', 'no probe'],
    ])
    expect(plan.claims[0]?.notApplicable).to.deep.equal([{ subject: 'kata-clh', reason: 'is clh' }])
  })

  it('says so of classes whose shim no node can have, whatever the check asks', () => {
    const elsewhere = { ...kataClass('kata-qemu-se', []), withoutShim: 'its shim is for s390x' }
    const plan = makePlan(
      catalogOf(claim()),
      [check()],
      facts({ classes: [kataClass('kata-qemu', ['n1']), elsewhere] }),
      options,
    )
    expect(plan.arms.map(({ planned }) => planned.id)).to.deep.equal(['KATA-MEM-001 kata-qemu'])
    expect(plan.claims[0]?.notApplicable).to.deep.equal([{ subject: 'kata-qemu-se', reason: 'its shim is for s390x' }])
  })

  const skips: [string, Claim, Partial<Behaviour>, Partial<ClusterFacts>, RegExp][] = [
    [
      'a need that is not met',
      claim({ needs: ['node-probe'] }),
      {},
      { nodeProbe: known(false, '--no-probe') },
      /needs the node probe: --no-probe/,
    ],
    [
      'a need that is not known',
      claim({ needs: ['node-probe'] }),
      {},
      { nodeProbe: unknown('forbidden') },
      /unknown, forbidden/,
    ],
    ['too few CPUs', claim({ needs: ['node-cpus>=8'] }), {}, {}, /node CPUs >= 8, the node has 4 \(capacity\)/],
    [
      'another release of Kata',
      claim({ versions: '>=4.0' }),
      {},
      {},
      /is about Kata >=4\.0, the cluster runs 3\.26\.0/,
    ],
    ['no Kata class at all', claim(), {}, { classes: [] }, /has no Kata RuntimeClass/],
    [
      'no schedulable node',
      claim(),
      {},
      { nodes: [node('n1', { schedulable: known(false, 'cordoned') })] },
      /not schedulable/,
    ],
    [
      'a fact that the pods need',
      claim(),
      {
        pods: () => {
          throw new FactUnknownError('default memory', 'no probe')
        },
      },
      {},
      /default memory is unknown: no probe/,
    ],
  ]
  for (const [what, of, definition, departing, reason] of skips) {
    it(`skips for ${what}, and says so`, () => {
      const [first] = decided(catalogOf(of), [check(definition)], facts(departing), options)
      expect(first?.verdict).to.equal('skipped')
      expect(first?.reason).to.match(reason)
    })
  }

  it('breaks, and does not skip, what is unknown because something broke', () => {
    const unread = 'n1: the connection broke'
    const applies = (): Applicability => ({ unknown: 'sizing is unknown: no answer' })
    const classes = [{ ...kataClass('kata-qemu', ['n1']), unread }]
    const pods = () => {
      throw new FactUnknownError('default memory', 'no answer')
    }
    for (const [definition, reason] of [
      [{ on: { scope: 'class', applies } }, 'sizing is unknown: no answer'],
      [{ pods }, 'default memory is unknown: no answer'],
    ] as const) {
      const [first] = decided(catalogOf(claim()), [check(definition)], facts({ classes }), options)
      expect(first).to.deep.equal({ verdict: 'broken', reason: `${reason}; facts could not be read: ${unread}` })
    }
  })

  it('leaves out neither canary nor control because something broke', () => {
    const applies = (): Applicability => ({ unknown: 'sizing is unknown: no answer' })
    const definition = { on: { scope: 'class', applies }, control: true, canary: true } as const
    const of = (classes: ClassFacts[]) => makePlan(catalogOf(claim()), [check(definition)], facts({ classes }), options)
    const planned = of([{ ...kataClass('kata-qemu', ['n1']), unread: 'n1: the connection broke' }]).arms
    expect(planned.map(({ planned: { role }, decided }) => [role, decided?.verdict])).to.deep.equal([
      ['check', 'broken'],
      ['control', 'broken'],
      ['canary', 'broken'],
    ])
    expect(of([kataClass('kata-qemu', ['n1'])]).arms.map(({ planned: { role } }) => role)).to.deep.equal(['check'])
  })

  it('breaks, and does not skip, what only a lost node could show', () => {
    const nodes = [node('n1', { schedulable: known(false, 'the node is not Ready: NodeStatusUnknown') })]
    expect(decided(catalogOf(claim()), [check()], facts({ nodes }), options)[0]).to.deep.equal({
      verdict: 'broken',
      reason:
        'no node can take its pods: n1, n2 are not schedulable or have no usable KVM; n1: the node is not Ready: NodeStatusUnknown',
    })
  })

  it('takes the gate from the claim, and from the row where that gates nothing', () => {
    const of = claim({ cases: [{ id: 'a' }, { id: 'b', gate: false }] })
    const { arms } = makePlan(
      catalogOf(of),
      [check({ cases: { a: 1, b: 2 } })],
      facts({ classes: [kataClass('kata-qemu', ['n1'])] }),
      options,
    )
    expect(arms.map(({ planned }) => planned.gate)).to.deep.equal([true, false])
  })
})
