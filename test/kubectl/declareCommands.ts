import { expect } from 'chai'
import { commands, titleOf } from './commands.ts'
import { normalise } from './normalise.ts'
import { PATIENCE_MS, type Answer } from './runCommands.ts'

/** Answers to all commands, in their order; made when the first of them is awaited. */
export type Answers = () => AsyncGenerator<Answer>

/** A command that the simulator answers otherwise. */
export interface AcceptedDifference {
  title: string
  why: string
  /** What only the real cluster prints. */
  missing: RegExp
}

/** Differences that are right, whatever cluster the simulator is compared with. */
export const accepted: readonly AcceptedDifference[] = [
  {
    title: '10 auth whoami',
    why: 'who asks a simulation by its address has no client certificate, whose fingerprint a real server names',
    missing: /^Extra: .*X509SHA256=.*\n/m,
  },
]

/** One test a command: exit code, output and messages of the simulator are those of the real cluster. */
export function declareCommands(real: Answers, simulated: Answers): void {
  let sides: { real: AsyncGenerator<Answer>; simulated: AsyncGenerator<Answer> }
  let asked = 0

  before(() => void (sides = { real: real(), simulated: simulated() }))
  after(async function () {
    this.timeout(2 * PATIENCE_MS)
    // Also after the last command there is a namespace to delete.
    await Promise.all([sides?.real.return(undefined), sides?.simulated.return(undefined)])
  })

  commands.forEach((command, index) => {
    const title = titleOf(command, index)
    const difference = accepted.find((one) => one.title === title)
    it(difference ? `${title}, but: ${difference.why}` : title, async function () {
      this.timeout(2 * PATIENCE_MS)
      // One that was left out, by `-g` or after a failure, was asked all the same: later ones build on it.
      let pair: [Answer, Answer] | undefined
      for (; asked <= index; asked++) pair = await Promise.all([next(sides.real), next(sides.simulated)])
      const [expected, actual] = pair!.map((answer) => normalise(answer, command)) as [Answer, Answer]
      if (difference === undefined) return expect(actual).to.deep.equal(expected)
      expect(expected.stdout, 'no difference needs to be accepted').to.match(difference.missing)
      expect(actual).to.deep.equal({ ...expected, stdout: expected.stdout.replace(difference.missing, '') })
    })
  })

  it('accepts differences of these commands alone', () => {
    expect(commands.map(titleOf)).to.include.members(accepted.map(({ title }) => title))
  })
}

async function next(answers: AsyncGenerator<Answer>): Promise<Answer> {
  const { value, done } = await answers.next()
  if (done) throw new Error('there are fewer answers than commands')
  return value
}
