import { expect } from 'chai'
import { closingSummary } from '../../cli/terminal/closingSummary.ts'
import { answerOf } from '../../reports/answer.ts'
import { html } from '../../reports/html/html.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { markdown } from '../../reports/summary/markdown.ts'
import { recordOfEverything } from './record.ts'

const outcomes: readonly RunRecord['outcome'][] = [
  'conformant',
  'not-conformant',
  'incomplete',
  'invalid',
  'interrupted',
]

describe('the answer', () => {
  for (const outcome of outcomes) {
    for (const simulated of [false, true]) {
      it(`is one text in every report: ${outcome}${simulated ? ', simulated' : ''}`, async () => {
        const record: RunRecord = { ...recordOfEverything({ simulated }), outcome }
        const { headline, because } = answerOf(record)
        expect(await html(record)).to.include(`<h1>${headline}</h1><p>${because}</p>`)
        expect(markdown(record)).to.include(`**${headline}** ${because}`)
        expect(closingSummary(record, 'results', process.stdout)).to.include(`${headline} ${because}`)
      })
    }
  }

  it('of a simulated run is never leave to rely on a cluster', () => {
    for (const outcome of outcomes) {
      const said = markdown({ ...recordOfEverything({ simulated: true }), outcome })
      expect(said).to.not.match(/rely on|this cluster/)
    }
    expect(answerOf({ ...recordOfEverything({ simulated: false }), outcome: 'conformant' }).headline).to.match(/^Yes/)
  })

  it('says all that kept the suite from knowing', () => {
    const record: RunRecord = { ...recordOfEverything(), outcome: 'incomplete', schedule: null }
    expect(answerOf(record).because).to.equal(
      '2 arms broke, 2 arms failed on the default runtime too, 3 canaries could not be tried, the run did not end.',
    )
  })
})
