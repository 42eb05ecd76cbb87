import { expect } from 'chai'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { formatted, readPage } from './formatted.ts'
import { simulatedRun } from '../mutation/simulatedRun.ts'
import {
  furtherVariations,
  hasPartner,
  healthyVariations,
  nameOf,
  partnersOf,
  plannedOn,
  type Executed,
} from '../mutation/variations.ts'
import { variationsFile, variationsPage } from '../mutation/variationsPage.ts'

/** Executed on one simulated cluster, which no second one resembles: a variation of it is still missing. */
const onOneClusterAlone = ['KATA-TEE-007', 'KATA-PROFILE-001']

describe('specificity: what each check has to stay green on', function () {
  // Many clusters are planned on, in some seconds each at most.
  this.timeout(900_000)
  const executed: Executed[] = []
  const variations = [...healthyVariations(), ...furtherVariations]
  let behaviours: string[]

  before(async () => {
    behaviours = (await loadSpecs()).map(({ id }) => id)
    for (const variation of variations) executed.push(...(await plannedOn(variation)))
  })

  it('every check is executed on a healthy cluster, and on a variation of it', () => {
    const alone = partnersOf(behaviours, executed).filter((each) => !hasPartner(each))
    expect(alone.map(({ behaviour }) => behaviour)).to.deep.equal(onOneClusterAlone)
  })

  // All other variations are healthy runs of test/mutation/main.ts.
  for (const variation of furtherVariations)
    it(`green on ${nameOf(variation)}: the checks that the mutation run executes on one cluster alone`, async () => {
      const { quietNodes, ...cluster } = variation
      const healthy = new Set(healthyVariations().map(nameOf))
      const elsewhere = executed.filter((each) => healthy.has(nameOf(each.variation)))
      const alone = partnersOf(behaviours, elsewhere).filter((each) => !hasPartner(each))
      const here = new Set(executed.filter((each) => each.variation === variation).map(({ behaviour }) => behaviour))
      const wanted = alone.map(({ behaviour }) => behaviour).filter((behaviour) => here.has(behaviour))
      expect(wanted, 'checks that need this variation').to.not.be.empty
      const { arms } = await simulatedRun({
        faults: [],
        ...cluster,
        options: { behaviours: wanted, ...(quietNodes ? { quietNodes, maxArms: 1 } : {}) },
        ...(quietNodes ? { speed: 50 } : {}),
      })
      const own = arms.filter(({ role, behaviour }) => role === 'check' && wanted.includes(behaviour))
      const red = own.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped')
      expect(red.map(({ id, verdict, message }) => `${id}: ${verdict}: ${message}`)).to.deep.equal([])
      const green = own.filter(({ verdict }) => verdict === 'passed').map(({ behaviour }) => behaviour)
      expect(wanted.filter((behaviour) => !green.includes(behaviour))).to.deep.equal([])
    })

  it('is what docs/specificity.md says', async () => {
    const page = variationsPage(variations.map(nameOf), partnersOf(behaviours, executed))
    expect(readPage(variationsFile), 'node --import=tsx test/mutation/writeVariations.ts writes it anew').to.equal(
      await formatted(variationsFile, page),
    )
  })
})
