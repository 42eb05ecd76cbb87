import { expect } from 'chai'
import { guideTables, guideText, measuredText } from '../../reports/guide/guideTables.ts'
import type { ArmRecord } from '../../reports/record/arm.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { guideMarkdown } from '../../reports/summary/guideTables.ts'

const sample = (block: number, value: number, invalid: string | null = null) => ({
  at: `t${block}`,
  block,
  value,
  invalid,
})
const figure = (metric: string, values: readonly number[]) => ({
  metric,
  unit: 's',
  better: 'lower',
  method: 'm',
  samples: [sample(0, 99, 'warm-up'), ...values.map((value, index) => sample(index + 1, value))],
})

const arm = (behaviour: string, fields: object): ArmRecord =>
  ({
    behaviour,
    role: 'check',
    verdict: 'passed',
    runtimeClass: 'other-name',
    node: 'n1',
    repeat: 1,
    figures: [],
    measurements: [],
    ...fields,
  }) as unknown as ArmRecord

const fact = (name: string, value: unknown) => ({ subject: 'class/other-name', name, value })
const recordOf = (arms: readonly ArmRecord[], shim = 'go'): RunRecord =>
  ({
    arms,
    facts: [
      fact('shim', shim),
      fact('hypervisor', 'qemu'),
      fact('defaultMemoryMiB', 2048),
      fact('confidential', false),
    ],
  }) as unknown as RunRecord

const start = [figure('cold-start', [5, 4, 6]), figure('cold-start-default-runtime', [2])]

const row = (record: RunRecord, title: string, label: string) => {
  const table = guideTables(record).find((each) => each.title === title)
  return (table?.rows.find((each) => each.label === label)?.cells ?? []).map((cell) => [
    guideText(cell),
    measuredText(cell),
  ])
}

describe("the guide's tables", () => {
  it('have what was measured beside them: of classes like theirs, whatever their name', () => {
    const record = recordOf([arm('KATA-BENCH-001', { figures: start })])
    expect(row(record, 'Start of a pod', 'kata-qemu')).to.deep.equal([
      ['4.9 s', '5 s (4 to 6, n = 3)'],
      ['14 s', 'not measured'],
    ])
    expect(row(record, 'Start of a pod', 'crun')[0]).to.deep.equal(['2.3 s', '2 s (n = 1)'])
    expect(row(record, 'Start of a pod', 'kata-clh')[0]).to.deep.equal(['3.9 s', 'not measured'])
  })

  it('count samples that claims share once, and those of other classes not at all', () => {
    const twice = [arm('KATA-BENCH-001', { figures: start }), arm('KATA-BENCH-011', { figures: start })]
    expect(row(recordOf(twice), 'Start of a pod', 'kata-qemu')[0]?.[1]).to.equal('5 s (4 to 6, n = 3)')
    expect(row(recordOf(twice, 'rust'), 'Start of a pod', 'kata-qemu')[0]?.[1]).to.equal('not measured')
    expect(row(recordOf(twice, 'rust'), 'Start of a pod', 'kata-qemu-runtime-rs')[0]?.[1]).to.include('n = 3')
  })

  it('have measurements and outcomes of checks', () => {
    const measurements = [{ name: 'RSS of the shim', value: 44.3, unit: 'MiB' }]
    const record = recordOf([
      arm('KATA-FOOTPRINT-005', { measurements }),
      arm('KATA-OOM-001', {}),
      arm('KATA-OOM-003', { verdict: 'failed' }),
      arm('KATA-OOM-003', {}),
    ])
    expect(row(record, 'Memory of an idle pod, default_memory 2048', 'kata-qemu')[0]).to.deep.equal([
      '42 MiB',
      '44.3 MiB (n = 1)',
    ])
    expect(row(record, 'Allocations under a limit of 256Mi', '200 MiB')).to.deep.equal([
      ['ok', 'as the guide says (1 arms)'],
    ])
    expect(row(record, 'Allocations under a limit of 256Mi', '250 MiB')).to.deep.equal([['ok', 'not measured']])
    expect(row(record, 'Allocations under a limit of 256Mi', '256 MiB')[0]?.[1]).to.equal(
      'as the guide says in 1 of 2 arms',
    )
  })

  it('name a figure of the guide in every row of every table', () => {
    for (const { title, rows } of guideTables(recordOf([]))) {
      expect(rows, title).to.not.be.empty
      for (const { label, cells } of rows.filter((each) => each.label !== 'crun'))
        expect(
          cells.some(({ guide }) => guide !== null),
          `${title}, ${label}`,
        ).to.equal(true)
    }
  })

  it('are in the summary, those of which nothing was measured by their title', () => {
    const text = guideMarkdown(recordOf([arm('KATA-BENCH-001', { figures: start })])).join('\n')
    expect(text).to.include('| kata-qemu | 4.9 s | 5 s (4 to 6, n = 3) | 14 s | not measured |')
    expect(text).to.match(/Not measured: .*Network between two pods of a node/)
  })
})
