import { expect } from 'chai'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { formatted, readPage } from '../book/formatted.ts'
import { hasPartner, healthyVariations, nameOf, partnersOf, plannedOn, type Executed } from './variations.ts'
import { variationsFile, variationsPage } from './variationsPage.ts'

describe('specificity: what each check has to stay green on', function () {
  this.timeout(300_000)
  const executed: Executed[] = []
  let behaviours: string[]

  before(async () => {
    behaviours = (await loadSpecs()).map(({ id }) => id)
    for (const variation of healthyVariations()) executed.push(...(await plannedOn(variation)))
  })

  it('every check is executed on a healthy cluster, and on a variation of it', () => {
    const alone = partnersOf(behaviours, executed).filter((each) => !hasPartner(each))
    expect(alone.map(({ behaviour }) => behaviour)).to.deep.equal([])
  })

  it('is what docs/specificity.md says', async () => {
    const page = variationsPage(healthyVariations().map(nameOf), partnersOf(behaviours, executed))
    expect(readPage(variationsFile), 'node --import=tsx test/mutation/writeVariations.ts writes it anew').to.equal(
      await formatted(variationsFile, page),
    )
  })
})
