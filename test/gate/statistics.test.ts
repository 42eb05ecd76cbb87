import { expect } from 'chai'
import type { Sample } from '../../reports/record/figure.ts'
import { blockMeans } from '../../reports/statistics/blockMean.ts'
import { effectOf, effectText, percent } from '../../reports/statistics/effect.ts'
import { moreFailures, trialsToTell } from '../../reports/statistics/fisher.ts'
import { holm } from '../../reports/statistics/holm.ts'
import { signFlip } from '../../reports/statistics/signFlip.ts'

/** Student's sleep data (1908), ten patients, hours gained with one drug more than with the other; R's `sleep`. */
const sleep = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]
const byBlock = (values: readonly number[]) => new Map(values.map((value, index) => [String(index), value]))

describe('statistics', () => {
  it("Fisher's exact test: the lady who tastes tea (Fisher 1935)", () => {
    expect(moreFailures({ failed: 1, total: 4 }, { failed: 3, total: 4 })).to.be.closeTo(17 / 70, 1e-9)
    expect(moreFailures({ failed: 0, total: 4 }, { failed: 4, total: 4 })).to.be.closeTo(1 / 70, 1e-9)
  })

  it("Fisher's exact test: convictions of twins, R's help page of fisher.test", () => {
    // Convicted 2 of 17 dizygotic and 10 of 13 monozygotic twins: one-sided p = 0.0004652.
    expect(moreFailures({ failed: 2, total: 17 }, { failed: 10, total: 13 })).to.be.closeTo(0.0004652, 1e-7)
  })

  it('nothing to compare is no evidence', () => {
    expect(moreFailures({ failed: 0, total: 9 }, { failed: 0, total: 9 })).to.equal(1)
    expect(moreFailures({ failed: 0, total: 0 }, { failed: 3, total: 3 })).to.equal(1)
  })

  it('the fewest repeats that tell a rate are the fewest', () => {
    const total = trialsToTell(0.5, 0.01) ?? 0
    const tells = (trials: number) =>
      moreFailures({ failed: 0, total: trials }, { failed: Math.round(trials / 2), total: trials }) <= 0.01
    expect(tells(total)).to.equal(true)
    expect(tells(total - 2)).to.equal(false)
    expect(trialsToTell(0.001, 0.01)).to.equal(null)
  })

  it("Holm's adjustment: R's p.adjust", () => {
    expect(holm([0.01, 0.02, 0.03, 0.04, 0.05]).map((p) => Number(p.toFixed(4)))).to.deep.equal([
      0.05, 0.08, 0.09, 0.09, 0.09,
    ])
    expect(holm([])).to.deep.equal([])
  })

  it('sign flips: of 1,024 ways only the zero can be flipped without loss', () => {
    expect(signFlip([byBlock(sleep)])).to.deep.equal([2 / 1024])
    expect(signFlip([byBlock(sleep.map((value) => -value))])[0]).to.equal(1)
  })

  it('sign flips: counted by hand for three blocks', () => {
    // Sums of +-1 +-2 +-4 that reach 5: 7 and 5.
    expect(signFlip([byBlock([-1, 2, 4])])).to.deep.equal([2 / 8])
  })

  it('sign flips: a family is adjusted together, and twins cost nothing', () => {
    const alone = signFlip([byBlock(sleep)])
    expect(signFlip([byBlock(sleep), byBlock(sleep)])).to.deep.equal([...alone, ...alone])
    const [first = 0, second = 0] = signFlip([byBlock([1, 2, 3, 4]), byBlock([1, -2, 3, 4])])
    expect(second).to.be.above(signFlip([byBlock([1, -2, 3, 4])])[0] ?? 1)
    expect(first).to.be.at.most(second)
  })

  it('sign flips: forty blocks are joined in fours', () => {
    const fours = sleep.flatMap((value) => [value, value, value, value])
    expect(signFlip([byBlock(fours)])).to.deep.equal([2 / 1024])
  })

  it("interval of the effect: R's t.test of the sleep data, paired", () => {
    const { change, low, high, blocks } = effectOf(sleep)
    expect([change, low, high].map((value) => Math.log1p(value).toFixed(6))).to.deep.equal([
      '1.580000',
      '0.700114',
      '2.459886',
    ])
    expect(blocks).to.equal(10)
  })

  it('says an effect in words', () => {
    expect(effectText({ change: 0.0312, low: -0.004, high: 0.066, blocks: 40 })).to.equal(
      '+3.1 % (95 % interval -0.4 % to +6.6 %, 40 blocks)',
    )
    expect(percent(0)).to.equal('0.0 %')
  })

  it('means of blocks leave out extremes and what is invalid', () => {
    const sample = (block: number, value: number, invalid: string | null = null): Sample => ({
      at: '',
      block,
      value,
      invalid,
    })
    const samples = [1, 2, 3, 400, 500].map((value) => sample(0, value))
    expect(blockMeans([...samples, sample(1, 7), sample(1, -1, 'negative'), sample(2, 4), sample(2, 6)])).to.deep.equal(
      new Map([
        [0, 3],
        [1, 7],
        [2, 5],
      ]),
    )
  })
})
