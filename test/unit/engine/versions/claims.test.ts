import { expect } from 'chai'
import { claimChanges } from '../../../../engine/versions/claimChanges.ts'
import { holdsFor } from '../../../../engine/versions/versionSpan.ts'

describe('releases of which a claim is made', () => {
  const rows: [versions: string, release: string, holds: boolean | null][] = [
    ['all', '3.25', true],
    ['>=3.26', '3.25', false],
    ['>=3.26', '3.26', true],
    ['>=3.26', '4.0', true],
    ['<4.0', '3.32', true],
    ['<4.0', '4.0', false],
    ['>=3.26 <3.27', '3.26', true],
    ['>=3.26 <3.27', '3.27', false],
    ['3.25', '3.25', true],
    ['3.25', '3.26', false],
    ['since the Rust installer', '3.26', null],
  ]
  for (const [versions, release, holds] of rows)
    it(`${versions}: ${release} ${holds === null ? 'is not told' : holds ? 'yes' : 'no'}`, () => {
      expect(holdsFor(versions, release)).to.equal(holds)
    })

  it('a claim begins or ends on the way, and the way back is the other way round', () => {
    const of = (id: string, versions: string) => ({ id, title: id, level: 'MUST' as const, gate: true, versions })
    const claims = [of('A', '>=3.26'), of('B', '<4.0'), of('C', 'all'), of('D', 'prose'), of('E', '>=3.26 <3.27')]
    const changed = (from: string, to: string) =>
      claimChanges(claims, from, to).map(({ behaviour, change }) => `${behaviour} ${change}`)
    expect(changed('3.25', '4.0')).to.deep.equal(['A begins', 'B ends'])
    expect(changed('4.0', '3.25')).to.deep.equal(['A ends', 'B begins'])
    expect(changed('3.26', '3.27')).to.deep.equal(['E ends'])
    expect(changed('3.26', '3.26')).to.deep.equal([])
  })
})
