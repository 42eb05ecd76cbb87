import { expect } from 'chai'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { listedFaults } from '../../sim/faults/listedFaults.ts'
import { readPage } from './formatted.ts'
import { matrixFile, matrixPage, pairsOf } from '../mutation/matrixPage.ts'

const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/** Rows of the table below a heading. */
const tableBelow = (page: string, heading: string): string[][] =>
  (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map(cellsOf)

describe('docs/mutation.md', () => {
  it('has the faults and checks of today, and what they say', async () => {
    const faults = listedFaults()
    const page = readPage(matrixFile)
    const again = 'npm run mutation writes it anew, node --import=tsx test/mutation/writeMatrix.ts without a run'
    expect(
      tableBelow(page, 'Faults').map(([name, departure]) => ({ name, departure })),
      again,
    ).to.deep.equal(faults.map(({ name, departure }) => ({ name, departure })))
    expect(
      tableBelow(page, 'Checks by fault').map(([fault, check, message]) => ({ fault, check, message })),
      again,
    ).to.deep.equal(
      pairsOf(faults, await loadSpecs()).map((pair) => ({
        ...pair,
        message: pair.message === '' ? '' : `\`${pair.message.replaceAll('`', "'")}\``,
      })),
    )
  })

  it('says what a pass saw', () => {
    const page = matrixPage(
      [
        { name: 'one', departure: 'this | that', scenario: 'cilium' },
        { name: 'two', departure: 'more' },
        { name: 'none', departure: 'nobody asks' },
      ],
      [
        { id: 'KATA-B-001', definition: { killedBy: { one: 'b is', two: 'b' } } },
        { id: 'KATA-A-001', definition: { killedBy: { one: 'a is' } } },
      ],
      [
        { fault: 'one', survived: ['KATA-A-001 stayed passed'], unrelated: [] },
        { fault: 'two', survived: [], unrelated: ['KATA-A-001: passed -> failed'] },
        { fault: 'none', survived: [], unrelated: [] },
      ],
    )
    expect(page).to.include('- killed: 1\n- survived: 2: none, one\n- with unrelated changes: 1: two')
    expect(tableBelow(page, 'Faults')[0]).to.deep.equal(['one', 'this | that', 'scenario cilium', '2'])
    expect(tableBelow(page, 'Checks by fault')).to.deep.equal([
      ['one', 'KATA-A-001', '`a is`', 'survived'],
      ['one', 'KATA-B-001', '`b is`', 'red'],
      ['two', 'KATA-B-001', '`b`', 'red'],
    ])
  })
})
