import { expect } from 'chai'
import {
  acceptedCommand,
  acceptedCommands,
  acceptedLife,
  acceptedLives,
  commandOf,
  type AcceptedCommand,
} from './acceptedDifferences.ts'
import { commandShape, cutLike } from './commandShape.ts'
import { recordedScenarios, type RecordedExec, type RecordedScenario } from './recordedScenario.ts'
import { podsOf, relive, type Relived } from './relive.ts'
import { eventTexts, storyOf } from './story.ts'

const maxAcceptedShare = 0.1
/** Simulations at a time: they mostly wait for their own time to pass. */
const together = 6

const execsOf = ({ steps }: RecordedScenario): [RecordedExec, number][] =>
  steps.flatMap((step, index): [RecordedExec, number][] => (step.step === 'exec' ? [[step, index]] : []))

/** Lives through all recordings; each is asked for when its tests come, and some are ahead. */
function liveThroughAll(): (recorded: RecordedScenario) => Promise<Relived> {
  const lives = new Map<RecordedScenario, Promise<Relived>>()
  const queue = [...recordedScenarios]
  const begin = (): void => {
    const next = queue.shift()
    if (!next) return
    const life = relive(next)
    lives.set(next, life)
    void life.then(begin, begin)
  }
  return (recorded) => {
    if (lives.size === 0) for (let count = 0; count < together; count++) begin()
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const life = lives.get(recorded)
        if (life) life.then(resolve, reject)
        else void Promise.race(lives.values()).finally(() => setImmediate(look))
      }
      look()
    })
  }
}

describe('pods as they went on real nodes, lived through on the simulator', () => {
  const lifeOf = liveThroughAll()

  for (const recorded of recordedScenarios) {
    describe(`${recorded.file}: ${recorded.about}`, () => {
      let life: Relived
      before(async function () {
        this.timeout(120_000)
        life = await lifeOf(recorded)
      })

      recorded.created.forEach(({ manifest, exit, stderr }, index) => {
        if (exit === 0) return
        it(`refuses ${manifest.kind} ${manifest.metadata.name}`, () => {
          const refusal = life.refusals[index] ?? 'it was taken'
          // kubectl puts words of its own before the server's
          expect(stderr).to.include(refusal.replace(/^.*(?= is invalid:)/, ''))
        })
      })

      for (const pod of podsOf(recorded)) {
        const accepted = acceptedLife(recorded, pod)
        it(accepted ? `${pod} goes the same way, but: ${accepted.why}` : `${pod} goes the same way`, () => {
          const index = recorded.created.findIndex(({ manifest }) => manifest.metadata.name === pod)
          expect(life.refusals[index]).to.equal(null)
          const told = eventTexts(recorded.events, pod)
          const statuses = recorded.watch.filter((one) => one.pod === pod).map(({ status }) => status)
          const expected = { story: storyOf(statuses), scheduler: told.scheduler, kubelet: told.kubelet }
          const actual = { story: storyOf(life.statuses.get(pod) ?? []), ...life.events.get(pod) }
          if (accepted) {
            expect(actual, 'the accepted difference is no longer there: remove it').to.not.deep.equal(expected)
            for (const part of accepted.ignore) {
              delete (expected as Partial<typeof expected>)[part]
              delete (actual as Partial<typeof expected>)[part]
            }
          }
          expect(actual).to.deep.equal(expected)
        })
      }

      for (const [step, index] of execsOf(recorded)) {
        const accepted = acceptedCommand(recorded, step)
        const where = `${step.pod}${step.container === null ? '' : `/${step.container}`}`
        const title = `${where}: ${step.argv.join(' ').slice(0, 90).replaceAll('\n', ' ')}`
        it(accepted ? `${title}, but: ${accepted.why}` : title, () => {
          const answer = life.answers[index]!
          const command = commandOf(step)
          const expected = { exit: step.exit, ...commandShape(command, step) }
          const stdout = cutLike(step.stdout, answer.stdout)
          const actual = { exit: answer.exit, ...commandShape(command, { stdout, stderr: answer.stderr }) }
          if (!accepted) return void expect(actual).to.deep.equal(expected)
          expect(actual, 'the accepted difference is no longer there: remove it').to.not.deep.equal(expected)
          expect(without(actual, accepted)).to.deep.equal(without(expected, accepted))
        })
      }
    })
  }

  it(`accepts differences in at most ${maxAcceptedShare * 100} % of the pods, each of a recorded one`, () => {
    const pods = recordedScenarios.flatMap((recorded) => podsOf(recorded).map((pod) => `${recorded.file} ${pod}`))
    expect(pods).to.include.members(acceptedLives.map(({ recording, pod }) => `${recording} ${pod}`))
    expect(acceptedLives.length / pods.length).to.be.at.most(maxAcceptedShare)
  })

  it(`accepts differences in at most ${maxAcceptedShare * 100} % of the commands in Kata's guests`, () => {
    const kata = recordedScenarios.filter(({ runtimeClass }) => runtimeClass !== null)
    const all = kata.flatMap((recorded) => execsOf(recorded).map(([step]) => acceptedCommand(recorded, step)))
    expect(all.filter(Boolean).length / all.length).to.be.at.most(maxAcceptedShare)
  })

  it('accepts no difference that does not concern a recorded command', () => {
    const used = new Set(
      recordedScenarios.flatMap((recorded) => execsOf(recorded).map(([step]) => acceptedCommand(recorded, step))),
    )
    expect(acceptedCommands.filter((one) => !used.has(one))).to.deep.equal([])
  })
})

/** The outputs as far as they are compared under an accepted difference. */
function without<T extends { stdout: string[] }>(answer: T, { lines }: AcceptedCommand): T {
  return { ...answer, stdout: lines ? answer.stdout.filter((line) => !lines.test(line)) : [] }
}
