import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { command, type Ended, fixtures, recordOf, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

interface Row {
  readonly what: string
  readonly specs: string
  readonly behaviours: readonly string[]
  readonly exitCode: number
  readonly outcome: string
  readonly says: RegExp
}

const rows: readonly Row[] = [
  {
    what: 'all that could be observed holds, what is recommended does not, and a deviation is accepted',
    specs: 'verdicts',
    behaviours: ['KATA-PASS-001', 'KATA-SKIP-001', 'KATA-UNGATED-001', 'KATA-KNOWN-001'],
    exitCode: 0,
    outcome: 'conformant',
    says: /SIMULATED\. The simulated cluster conforms; nothing is said about a real one\. Every gate-relevant behaviour/,
  },
  {
    what: 'a claim fails, and something else broke',
    specs: 'verdicts',
    behaviours: ['KATA-PASS-001', 'KATA-FAIL-001', 'KATA-BROKEN-001'],
    exitCode: 1,
    outcome: 'not-conformant',
    says: /The simulated cluster departs from the documented behaviour.* 1 gate-relevant claim does not hold\./,
  },
  {
    what: 'something broke',
    specs: 'verdicts',
    behaviours: ['KATA-PASS-001', 'KATA-BROKEN-003'],
    exitCode: 3,
    outcome: 'incomplete',
    says: /Not known: something kept the suite from knowing\. 1 arm broke\./,
  },
  {
    what: 'a claim fails on the default runtime too',
    specs: 'verdicts',
    behaviours: ['KATA-PASS-001', 'KATA-ENV-001'],
    exitCode: 3,
    outcome: 'incomplete',
    says: /1 arm failed on the default runtime too/,
  },
  {
    what: 'nothing at all was observed',
    specs: 'verdicts',
    behaviours: ['KATA-SKIP-001'],
    exitCode: 3,
    outcome: 'incomplete',
    says: /no check passed/,
  },
  {
    what: 'a canary passes, though only another claim was asked for',
    specs: 'canary',
    behaviours: ['KATA-CANARY-002'],
    exitCode: 4,
    outcome: 'invalid',
    says: /PASSED, and must not KATA-CANARY-001 canary[\s\S]*Do not trust this run: a canary passed/,
  },
]

describe('exit codes', () => {
  let target: Target
  const ended = new Map<Row, { end: Ended; results: ReturnType<typeof scratch> }>()

  before(async () => {
    target = await startTarget()
    await Promise.all(
      rows.map(async (row) => {
        const results = scratch()
        const argv = ['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder]
        const end = await command(
          [...argv, '--profile', fixtures('deviations.yaml'), '--behaviour', row.behaviours.join(',')],
          { KATA_CONFORMANCE_SPECS: fixtures(row.specs) },
        )
        ended.set(row, { end, results })
      }),
    )
  })

  after(async () => {
    for (const { results } of ended.values()) results.remove()
    await target.close()
  })

  for (const row of rows) {
    it(`${row.exitCode} when ${row.what}`, () => {
      const { end, results } = ended.get(row) as { end: Ended; results: ReturnType<typeof scratch> }
      expect(end.code, end.stderr).to.equal(row.exitCode)
      expect(end.stdout + end.stderr).to.match(row.says)
      const record = recordOf(results.runs()[0] ?? '')
      expect(record).to.include({ outcome: row.outcome, exitCode: row.exitCode })
      expect(end.stdout).to.include(`report: ${path.join(results.runs()[0] ?? '', 'report.html')}`)
    })
  }

  it('a simulated run says so in every report', async () => {
    const results = scratch()
    const argv = ['run', '--sim', '--scenario', 'small', '--speed', 'Infinity', '--behaviour', 'KATA-PASS-001']
    const end = await command([...argv, '--out', results.folder], { KATA_CONFORMANCE_SPECS: fixtures('verdicts') })
    expect(end.code, end.stderr).to.equal(0)
    expect(end.stdout).to.include('SIMULATED. The simulated cluster conforms; nothing is said about a real one.')
    const run = results.runs()[0] ?? ''
    expect(recordOf(run).simulated).to.equal(true)
    for (const report of ['junit.xml', 'summary.md', 'report.html', 'allure-results/environment.properties']) {
      expect(readFileSync(path.join(run, report), 'utf8'), report).to.include('SIMULATED')
    }
    results.remove()
  })
})
