import { expect } from 'chai'
import { compareAnswers } from '../contract/kubernetes/compareAnswers.ts'
import { recordings, type Recording } from '../contract/kubernetes/recording.ts'
import { replay, type Answer } from '../contract/kubernetes/replay.ts'
import { acceptedLive } from './acceptedLive.ts'
import { liveTarget, type LiveTarget } from './liveTarget.ts'
import { describeOnCluster } from './realCluster.ts'

// The recordings that the simulator is compared with, sent to a real API server: whoever doubts the simulator can doubt them no more.

const maxAcceptedShare = 0.1

describeOnCluster('recordings of kube-apiserver v1.34.4 against a real one', (cluster) => {
  let target: LiveTarget
  before(async () => (target = await liveTarget(cluster().kubeconfig)))
  after(() => target?.close())

  for (const recording of recordings) {
    describe(recording.scenario, () => {
      let answers: Answer[] = []
      before(async function () {
        this.timeout(60_000)
        const name = await nodeName(target)
        answers = (await replay(renamed(recording, 'kata-node', name), target)).map((one) =>
          renamed(one, name, 'kata-node'),
        )
      })
      after(async function () {
        this.timeout(60_000)
        await removeMade(target, recording, answers)
      })
      recording.steps.forEach((step, index) => {
        const accepted = acceptedLive.find((one) => one.scenario === recording.scenario && one.step === step.name)
        it(accepted === undefined ? step.name : `${step.name}, but: ${accepted.why}`, () =>
          compareAnswers(answers[index]!, step, accepted),
        )
      })
    })
  }

  it(`differs in at most ${maxAcceptedShare * 100} % of the requests, each of a recorded one`, () => {
    const steps = recordings.flatMap(({ scenario, steps }) => steps.map(({ name }) => `${scenario}: ${name}`))
    expect(steps).to.include.members(acceptedLive.map(({ scenario, step }) => `${scenario}: ${step}`))
    expect(acceptedLive.length / steps.length).to.be.at.most(maxAcceptedShare)
  })
})

const admin = { admin: true, token: null }

async function nodeName({ send }: LiveTarget): Promise<string> {
  const list = (await (await send('/api/v1/nodes', {}, admin)).json()) as { items: { metadata: { name: string } }[] }
  return list.items[0]!.metadata.name
}

/** The same with another name of the node: the live one in what is sent, the recorded one in what is answered. */
const renamed = <T>(value: T, from: string, to: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T

/** Deletes what a recording made: its namespace, and objects that lie in none. */
async function removeMade({ send }: LiveTarget, recording: Recording, answers: readonly Answer[]): Promise<void> {
  const made = recording.steps.flatMap(({ request }, index) => {
    const { status, body } = answers[index] ?? { status: 0, body: null }
    const { metadata } = (body ?? {}) as { metadata?: { name?: string; namespace?: string } }
    const isMade = request.method === 'POST' && status === 201 && metadata?.name && !metadata.namespace
    return isMade ? [`${request.path.split('?')[0]}/${metadata.name}`] : []
  })
  for (const path of made) await send(path, { method: 'DELETE' }, admin)
}
