import { expect } from 'chai'
import type { Outcome } from '../../mutation/compare.ts'
import { tryGroup } from '../../mutation/tryGroup.ts'

interface Model {
  /** Of which the first hides the second. */
  readonly hides?: readonly [string, string]
  /** Together, and only together, they turn a further check red. */
  readonly clash?: readonly [string, string]
  /** Its check stays green. */
  readonly survivor?: string
  /** Turns a check red that does not name it. */
  readonly unrelated?: string
}

/** Tries faults of which the outcomes are given, and counts the runs. */
async function tried(faults: readonly string[], model: Model): Promise<{ outcomes: Outcome[]; runs: string[] }> {
  const runs: string[] = []
  const outcomes = await tryGroup(faults, async (group) => {
    runs.push(group.join(''))
    const both = ([one, other]: readonly [string, string]) => group.includes(one) && group.includes(other)
    const survives = (fault: string) =>
      fault === model.survivor || (model.hides !== undefined && both(model.hides) && fault === model.hides[1])
    return {
      survived: new Map(group.filter(survives).map((fault) => [fault, [`check of ${fault} stayed passed`]])),
      unrelated: [
        ...(model.clash && both(model.clash) ? ['another check: passed -> failed'] : []),
        ...(model.unrelated !== undefined && group.includes(model.unrelated)
          ? ['another check: passed -> failed']
          : []),
      ],
    }
  })
  return { outcomes: outcomes.sort((a, b) => (a.fault < b.fault ? -1 : 1)), runs }
}

const clean = (fault: string): Outcome => ({ fault, survived: [], unrelated: [] })

describe('a group of faults, tried', () => {
  const faults = ['a', 'b', 'c', 'd']

  it('in one run when each is as announced', async () => {
    expect(await tried(faults, {})).to.deep.equal({ outcomes: faults.map(clean), runs: ['abcd'] })
  })

  it('again without those that hid one of them', async () => {
    expect(await tried(faults, { hides: ['b', 'd'] })).to.deep.equal({
      outcomes: faults.map(clean),
      runs: ['abcd', 'd'],
    })
  })

  it('again in halves when a check is red that names none of them', async () => {
    const { outcomes, runs } = await tried(faults, { clash: ['b', 'c'] })
    expect(outcomes).to.deep.equal(faults.map(clean))
    expect(runs).to.deep.equal(['abcd', 'ab', 'cd'])
  })

  it('names the one that survives, or turns another check red, alone', async () => {
    const survived = { fault: 'c', survived: ['check of c stayed passed'], unrelated: [] }
    expect((await tried(faults, { survivor: 'c' })).outcomes).to.deep.equal([
      clean('a'),
      clean('b'),
      survived,
      clean('d'),
    ])
    const unrelated = { fault: 'c', survived: [], unrelated: ['another check: passed -> failed'] }
    const seen = await tried(faults, { unrelated: 'c' })
    expect(seen.outcomes).to.deep.equal([clean('a'), clean('b'), unrelated, clean('d')])
    expect(seen.runs).to.deep.equal(['abcd', 'ab', 'cd', 'c', 'd'])
  })
})
