import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { compareRuns } from '../../reports/compare/comparison.ts'
import { decide } from '../../reports/gate/decide.ts'
import { Policy } from '../../reports/gate/policy.ts'
import { randomOf } from '../reliability/random.ts'
import { type CheckDouble, runDouble } from './runDouble.ts'

describe('500 upgrades with planted changes', () => {
  it('misses no planted regression, and blocks no clean one', () => {
    const matrix = { caught: 0, missed: [] as number[], clean: 0, false: [] as number[] }
    for (let seed = 1; seed <= 500; seed++) {
      const draw = randomOf(seed)
      const checks = Array.from(
        { length: 40 },
        (_, index) =>
          ({
            behaviour: `KATA-R-${String(index).padStart(3, '0')}`,
            runtimeClass: draw.pick(['kata-qemu', 'kata-clh']),
            level: draw.pick(['MUST', 'SHOULD']),
            verdicts: [draw.pick(['passed', 'passed', 'passed', 'failed', 'skipped'])],
          }) satisfies CheckDouble,
      )
      const planted = draw.between(0, 1) === 1
      const must = checks.filter(({ level, verdicts }) => level === 'MUST' && verdicts?.[0] === 'passed')
      const broken = planted ? draw.pick(must) : null
      // What gets better, or is no MUST, is no reason.
      const after = checks.map((each): CheckDouble => {
        if (each === broken) return { ...each, verdicts: ['failed'] }
        if (each.verdicts?.[0] === 'failed' && draw.next() < 0.3) return { ...each, verdicts: ['passed'] }
        if (each.level === 'SHOULD' && draw.next() < 0.2) return { ...each, verdicts: ['failed'] }
        return each
      })
      const { answer } = decide(
        compareRuns(runDouble('one', checks), runDouble('two', after)),
        Policy.parse({}),
        '2026-06-01',
      )
      if (planted && answer === 'do-not-ship') matrix.caught += 1
      else if (planted) matrix.missed.push(seed)
      else if (answer === 'do-not-ship') matrix.false.push(seed)
      else matrix.clean += 1
    }
    expect(matrix.missed).to.deep.equal([])
    expect(matrix.false).to.deep.equal([])
    const page = readFileSync(path.join(import.meta.dirname, '../../docs/gate.md'), 'utf8')
    const row = (of: string): number[] =>
      (new RegExp(`^\\| ${of} +\\| +(\\d+) +\\| +(\\d+) +\\|$`, 'm').exec(page) ?? []).slice(1).map(Number)
    expect(row('one MUST regression')).to.deep.equal([matrix.caught, matrix.missed.length])
    expect(row('none')).to.deep.equal([matrix.false.length, matrix.clean])
    expect(Math.min(matrix.caught, matrix.clean)).to.be.above(200)
  })
})
