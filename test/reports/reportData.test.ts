import { expect } from 'chai'
import { addressOf, choiceOf, everything } from '../../reports/html/choice.ts'
import { embeddable } from '../../reports/html/document.ts'
import { cellFits, differs, nowOf, rowsOf, shownOf } from '../../reports/html/grid.ts'
import { packRuns } from '../../reports/html/packRuns.ts'
import { unpackArm } from '../../reports/html/packArms.ts'
import { withoutCalls } from '../../reports/allure/allureReport.ts'
import { runDouble } from '../gate/runDouble.ts'
import { nasty, recordOfEverything } from './record.ts'

describe('data of the report', () => {
  it('a choice and its address are the same', () => {
    const choice = {
      ...{
        text: 'a & b',
        verdicts: ['failed', 'known'] as const,
        runtimeClass: 'kata-qemu',
        chapter: 'MEM',
        level: 'MUST',
      },
      ...{ changed: true, cell: 'KATA-MEM-005 kata-qemu' },
    }
    expect(choiceOf(addressOf(choice))).to.deep.equal(choice)
    expect(addressOf(everything)).to.equal('#')
    expect(choiceOf('')).to.deep.equal(everything)
  })

  it('a place on the page is no choice, and an unknown verdict none either', () => {
    expect(choiceOf('#matrix')).to.equal(null)
    expect(choiceOf('#?verdict=failed,odd')?.verdicts).to.deep.equal(['failed'])
  })

  it('embedded data cannot end its element', () => {
    const text = embeddable({ text: `${nasty}</script>\u2028\u2029` })
    expect(text).to.not.match(/[<\u2028\u2029]/)
    expect((JSON.parse(text) as { text: string }).text).to.equal(`${nasty}</script>\u2028\u2029`)
  })

  it('an arm comes out of its packing as it went in', () => {
    const record = recordOfEverything()
    const { arms, texts, columns } = packRuns('run', [record])
    const unpacked = arms.map((arm, place) =>
      unpackArm(arm, texts, record.arms[place]?.behaviour ?? '', columns[arm[2]] ?? ''),
    )
    for (const [place, arm] of unpacked.entries()) {
      const { id, verdict, role, runtimeClass, node, case: row, message, expected, observed } = record.arms[place] ?? {}
      expect(arm).to.deep.include({ id, verdict, role, runtimeClass, node, case: row, message, expected, observed })
      expect(arm.assertions).to.deep.equal(record.arms[place]?.assertions.map(({ ok, text }) => ({ ok, text })))
      expect(arm.measurements).to.deep.equal(record.arms[place]?.measurements)
    }
  })

  it('a cell shows the worst of its arms, a canary that failed as passed', () => {
    const rows = rowsOf(packRuns('run', [recordOfEverything()]))
    const cells = new Map(rows.flatMap((row) => row.cells.flatMap((cell) => (cell ? [[cell.key, nowOf(cell)]] : []))))
    expect(cells.get('KATA-CHECK-002 kata-qemu')).to.equal('f')
    expect(cells.get('KATA-CANARY-002 (canary)')).to.equal('p')
    expect(cells.get('KATA-CANARY-001 (canary)')).to.equal('f')
    const repeated = rowsOf(
      packRuns('run', [runDouble('r', [{ behaviour: 'KATA-MEM-005', verdicts: ['passed', 'broken', 'skipped'] }])]),
    )
    expect(repeated[0]?.cells.map((cell) => cell && nowOf(cell))).to.deep.equal(['b'])
  })

  it('shows rows with a fitting cell; skipped beside passed is no difference', () => {
    const data = packRuns('comparison', [
      runDouble('a', [{ behaviour: 'KATA-MEM-005' }, { behaviour: 'KATA-MEM-006' }]),
      runDouble('b', [
        { behaviour: 'KATA-MEM-005', verdicts: ['failed'] },
        { behaviour: 'KATA-MEM-006', verdicts: ['skipped'] },
      ]),
    ])
    const rows = rowsOf(data)
    expect(rows.map(({ cells }) => cells.map((cell) => cell && differs(cell)))).to.deep.equal([[true], [false]])
    const { rows: shown, fitting, all } = shownOf(rows, data, { ...everything, changed: true })
    expect([shown.map(({ claim }) => claim.id), fitting, all]).to.deep.equal([['KATA-MEM-005'], 1, 2])
    const [cell] = rows[0]?.cells ?? []
    expect(cell && cellFits(cell, { ...everything, verdicts: ['passed'] }), 'the last run decides').to.equal(false)
  })

  it("Allure's page loses its call home, and one with another is refused", () => {
    const head = '<html><head><title>x</title></head><body>'
    const call =
      '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n<script>\n gtag(1)\n</script>'
    const page = withoutCalls(`${head}${call}<p>y</p></body></html>`)
    expect(page).to.not.include('gtag')
    expect(page).to.include('<p>y</p>')
    expect(page).to.include("default-src 'none'")
    expect(() => withoutCalls(`${head}<script src="https://elsewhere.example/x.js"></script>`)).to.throw(
      'elsewhere.example',
    )
  })
})
