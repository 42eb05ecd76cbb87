import { expect } from 'chai'
import { openMetrics } from '../../reports/openmetrics/openMetrics.ts'
import { noisyFigure } from '../gate/noisyFigure.ts'
import { runDouble } from '../gate/runDouble.ts'
import { randomOf } from '../reliability/random.ts'
import { recordOfEverything } from './record.ts'

/** A sample line of the exposition format: name, labels, value. */
const sample = /^[a-z_]+(\{([a-z_]+="(\\.|[^"\\])*"(,(?=[a-z])|(?=\})))*\})? -?[0-9.e+-]+$/

describe('metrics.prom', () => {
  it('is well-formed, whatever guests wrote, and ends as OpenMetrics must', async () => {
    const text = await openMetrics(recordOfEverything())
    const lines = text.trimEnd().split('\n')
    expect(lines.at(-1)).to.equal('# EOF')
    expect(lines.filter((line) => !line.startsWith('#') && !sample.test(line))).to.deep.equal([])
  })

  it('has a sample for each check that was observed, and none for what nobody knows', async () => {
    const text = await openMetrics(
      runDouble('r', [
        { behaviour: 'KATA-A-001' },
        { behaviour: 'KATA-A-002', verdicts: ['failed'] },
        { behaviour: 'KATA-A-003', verdicts: ['broken'] },
        { behaviour: 'KATA-A-004', verdicts: ['skipped'] },
      ]),
    )
    const held = text.split('\n').filter((line) => line.startsWith('kata_conformance_check_passed{'))
    expect(held.map((line) => [/behaviour="([^"]+)"/.exec(line)?.[1], line.at(-1)])).to.deep.equal([
      ['KATA-A-001', '1'],
      ['KATA-A-002', '0'],
    ])
    expect(text).to.include('kata_conformance_verdicts{verdict="broken"} 1')
  })

  it('has the mean of each figure with its unit', async () => {
    const figures = [noisyFigure('cold-start', randomOf(1), { within: 0, between: 0 }, { value: 500 })]
    const text = await openMetrics(runDouble('r', [{ behaviour: 'KATA-BENCH-001', figures }]))
    expect(text).to.match(/^kata_conformance_figure\{figure="cold-start kata-qemu",unit="ms"\} 500$/m)
  })
})
