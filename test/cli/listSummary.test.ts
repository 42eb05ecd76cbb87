import { expect } from 'chai'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { summarise, summaryTable } from '../../cli/listSummary.ts'

const claim = (chapter: string, id: string, gate: boolean) => ({ chapter, id, gate }) as never

describe('list --summary', () => {
  const claims = [claim('A', 'A-1', true), claim('A', 'A-2', false), claim('A', 'A-3', true), claim('B', 'B-1', true)]
  const faults = new Map([
    ['A-1', 2],
    ['A-2', 0],
  ])

  it('counts by chapter', () => {
    expect(summarise(claims, faults)).to.deep.equal([
      { chapter: 'A', claims: 3, executable: 2, gate: 1, provenByMutation: 1 },
      { chapter: 'B', claims: 1, executable: 0, gate: 0, provenByMutation: 0 },
    ])
  })

  it('ends with the sum', () => {
    const lines = summaryTable(summarise(claims, faults)).trimEnd().split('\n')
    expect(lines[0]?.split(/ {2,}/)).to.deep.equal(['CHAPTER', 'CLAIMS', 'EXECUTABLE', 'GATE', 'PROVEN BY MUTATION'])
    expect(lines.at(-1)?.split(/ {2,}/)).to.deep.equal(['all', '4', '2', '1', '1'])
  })

  it('has every claim of the catalogue', () => {
    const all = [...loadCatalog().claims.values()]
    const total = summarise(all, new Map()).reduce((sum, each) => sum + each.claims, 0)
    expect(total).to.equal(all.length)
  })
})
