import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { documentPaths, documentText } from '../../../sim/apiserver/schema/openApiDocuments.ts'
import { acceptedDifferences } from './acceptedDifferences.ts'
import { compareAnswers } from './compareAnswers.ts'
import { groupsUsed, overlap, readBySuite } from './readBySuite.ts'
import { openApiSums, recordings } from './recording.ts'
import type { Answer } from './replay.ts'
import { replaySimulated } from './simulatedTarget.ts'

const maxAcceptedShare = 0.1

describe('API server against recordings of kube-apiserver v1.34.4', () => {
  for (const recording of recordings) {
    describe(recording.scenario, () => {
      let answers: Answer[] = []
      before(async function () {
        this.timeout(30_000)
        answers = await replaySimulated(recording)
      })
      recording.steps.forEach((step, index) => {
        const accepted = acceptedDifferences.find(
          (one) => one.scenario === recording.scenario && one.step === step.name,
        )
        it(accepted === undefined ? step.name : `${step.name}, but: ${accepted.why}`, () => {
          compareAnswers(answers[index] as Answer, step, accepted)
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

  it('accepts no difference in what the suite reads', () => {
    for (const { scenario, step: name, ignore, missing } of acceptedDifferences) {
      const step = recordings.find((one) => one.scenario === scenario)!.steps.find((one) => one.name === name)!
      for (const field of readBySuite(step) ?? [])
        expect(
          ignore.filter((path) => overlap(path, field)),
          `${scenario}: ${name}: ${field}`,
        ).to.deep.equal([])
      for (const group of missing?.names ?? []) expect(groupsUsed).to.not.include(group)
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
