import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { documentPaths, documentText } from '../../../sim/apiserver/schema/openApiDocuments.ts'
import { acceptedDifferences } from './acceptedDifferences.ts'
import { normalise } from './normalise.ts'
import { openApiSums, recordings } from './recording.ts'
import { replay } from './replay.ts'
import type { Answer } from './replay.ts'

const maxAcceptedShare = 0.1

describe('API server against recordings of kube-apiserver v1.34.4', () => {
  for (const recording of recordings) {
    describe(recording.scenario, () => {
      let answers: Answer[] = []
      before(async function () {
        this.timeout(30_000)
        answers = await replay(recording)
      })
      recording.steps.forEach((step, index) => {
        const accepted = acceptedDifferences.find(
          (one) => one.scenario === recording.scenario && one.step === step.name,
        )
        it(accepted === undefined ? step.name : `${step.name}, but: ${accepted.why}`, () => {
          const answer = answers[index] as Answer
          const { status, headers, body } = step.response
          const expected = normalise({ status, headers, body })
          const actual = normalise(answer)
          if (accepted === undefined) {
            expect(actual).to.deep.equal(expected)
            return
          }
          expect(actual, 'the accepted difference is no longer there: remove it').not.to.deep.equal(expected)
          for (const path of accepted.ignore) {
            remove(expected, path.split('.'))
            remove(actual, path.split('.'))
          }
          expect(actual).to.deep.equal(expected)
        })
      })
    })
  }

  it(`accepts differences in at most ${maxAcceptedShare * 100} % of the requests`, () => {
    const requests = recordings.flatMap(({ steps }) => steps)
    expect(requests.length).to.be.greaterThan(100)
    expect(acceptedDifferences.length / requests.length).to.be.at.most(maxAcceptedShare)
    for (const { scenario, step } of acceptedDifferences) {
      expect(
        recordings.find((one) => one.scenario === scenario)?.steps.map(({ name }) => name),
        `${scenario}: ${step}`,
      ).to.include(step)
    }
  })

  it('serves the OpenAPI v3 documents as recorded', () => {
    const sums = Object.fromEntries(
      documentPaths.map((path) => [
        path,
        createHash('sha256')
          .update(documentText(path) as Buffer)
          .digest('hex'),
      ]),
    )
    expect(sums).to.deep.equal(openApiSums)
  })
})

function remove(value: unknown, [first = '', ...rest]: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (first.endsWith('+')) {
    ;(value as unknown[]).length = Number.parseInt(first, 10)
    return
  }
  const object = value as Record<string, unknown>
  for (const key of first === '*' ? Object.keys(object) : [first]) {
    if (rest.length === 0) delete object[key]
    else remove(object[key], rest)
  }
}
