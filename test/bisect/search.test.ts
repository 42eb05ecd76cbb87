import { expect } from 'chai'
import { type Known, mostSteps, nextStep } from '../../engine/bisect/search.ts'

const versions = Array.from({ length: 9 }, (_, index) => `3.${index + 25}.0`)

/** Goes to the end, each version known as `of` says. */
function search(list: readonly string[], of: (index: number) => Known) {
  const known = new Map<string, Known>()
  const asked: string[] = []
  for (;;) {
    const step = nextStep(list, known)
    if (!('next' in step)) return { end: step, asked }
    expect(asked).to.not.include(step.next)
    asked.push(step.next)
    known.set(step.next, of(list.indexOf(step.next)))
  }
}

describe('search for the first bad version', () => {
  for (let length = 2; length <= versions.length; length++)
    for (let bad = 1; bad < length; bad++)
      it(`finds ${bad + 1} of ${length} in no more steps than it says`, () => {
        const list = versions.slice(0, length)
        const { end, asked } = search(list, (index) => (index < bad ? 'good' : 'bad'))
        expect(end).to.deep.equal({ firstBad: list[bad], lastGood: list[bad - 1], among: [list[bad]] })
        expect(asked.slice(0, 2)).to.deep.equal([list[0], list.at(-1)])
        expect(asked.length).to.be.at.most(mostSteps(length))
      })

  it('has nothing to find where the newest is good, or the oldest bad', () => {
    expect(search(versions, () => 'good')).to.deep.equal({ end: { nothingBad: true }, asked: ['3.25.0', '3.33.0'] })
    expect(search(versions, () => 'bad')).to.deep.equal({
      end: { firstBad: '3.25.0', lastGood: null, among: ['3.25.0'] },
      asked: ['3.25.0'],
    })
  })

  it('goes around what cannot be told, and finds the version where that does not matter', () => {
    const { end, asked } = search(versions, (index) => (index === 4 ? 'skip' : index < 7 ? 'good' : 'bad'))
    expect(asked[2]).to.equal('3.29.0')
    expect(end).to.deep.equal({ firstBad: '3.32.0', lastGood: '3.31.0', among: ['3.32.0'] })
  })

  it('names all that it may be where what cannot be told lies at the border', () => {
    const { end } = search(versions, (index) => (index === 3 || index === 4 ? 'skip' : index < 3 ? 'good' : 'bad'))
    expect(end).to.deep.equal({ firstBad: '3.30.0', lastGood: '3.27.0', among: ['3.28.0', '3.29.0', '3.30.0'] })
  })

  it('does without an oldest or a newest that cannot be told, and says what that leaves open', () => {
    const { end } = search(versions, (index) => (index === 0 || index === 8 ? 'skip' : index < 5 ? 'good' : 'bad'))
    expect(end).to.include({ firstBad: '3.30.0', lastGood: '3.29.0' })
    expect(search(versions, (index) => (index === 8 ? 'skip' : 'good')).end).to.deep.equal({ open: ['3.33.0'] })
    expect(search(versions, (index) => (index === 0 ? 'skip' : 'bad')).end).to.deep.equal({
      firstBad: '3.26.0',
      lastGood: null,
      among: ['3.25.0', '3.26.0'],
    })
    expect(search(versions, () => 'skip').end).to.deep.equal({ open: versions })
  })
})
