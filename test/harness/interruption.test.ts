import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { command, type Ended, fixtures, recordOf, type Scratch, scratch, startCommand } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

const env = { KATA_CONFORMANCE_SPECS: fixtures('long') }
/** KATA-LONG-001 has its verdict, and the pod of 003 is there: printed when an arm ends, so 001 is the sign. */
const underWay = /\[1\/3\] passed KATA-LONG-001/

describe('a run that does not come to its end', () => {
  let target: Target
  let results: Scratch

  before(async () => {
    target = await startTarget()
  })
  after(() => target.close())
  beforeEach(() => {
    results = scratch()
  })
  afterEach(() => results.remove())

  const start = () =>
    startCommand(
      ['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder],
      env,
    )
  const verdicts = (run: string) => recordOf(run).arms.map(({ id, verdict, message }) => [id, verdict, message])

  it('SIGINT: stops, cleans up, reports, exit code 130', async () => {
    const run = start()
    await run.says(underWay)
    run.child.kill('SIGINT')
    const end = await run.ended
    expect(end.code, end.stderr).to.equal(130)
    expect(end.stderr).to.include('Stopping: pods are being removed and the report is written.')
    expect(end.stdout).to.include('Not known: the run was interrupted.')
    const folder = results.runs()[0] ?? ''
    expect(recordOf(folder)).to.include({ outcome: 'interrupted', exitCode: 130 })
    expect(verdicts(folder)).to.deep.equal([
      ['KATA-LONG-001', 'passed', ''],
      ['KATA-LONG-002', 'broken', 'the run was stopped: stopped by SIGINT'],
      ['KATA-LONG-003 kata-qemu', 'broken', 'the run was stopped: stopped by SIGINT'],
    ])
    expect(existsSync(path.join(folder, 'report.html'))).to.equal(true)
    expect(await target.made(), 'left in the cluster').to.deep.equal([])
  })

  it('SIGINT twice: leaves at once; the report comes from the journal, what is left from clean', async () => {
    const run = start()
    await run.says(underWay)
    run.child.kill('SIGINT')
    await run.says(/Stopping/)
    run.child.kill('SIGINT')
    expect((await run.ended).code).to.equal(130)
    const folder = results.runs()[0] ?? ''
    const report = await command(['report', folder])
    expect(report.code, report.stderr).to.equal(0)
    expect(recordOf(folder)).to.include({ outcome: 'interrupted', exitCode: 130 })
    await clean(folder)
  })

  it('the terminal is lost: stops, cleans up and reports, though nobody reads and it hangs up twice', async () => {
    const run = start()
    await run.says(underWay)
    run.child.stdout?.destroy()
    run.child.stderr?.destroy()
    run.child.kill('SIGHUP')
    const again = setInterval(() => run.child.kill('SIGHUP'), 50)
    const end = await run.ended.finally(() => clearInterval(again))
    expect(end).to.include({ code: 130, signal: null } satisfies Partial<Ended>)
    const folder = results.runs()[0] ?? ''
    expect(recordOf(folder)).to.include({ outcome: 'interrupted', exitCode: 130 })
    expect(verdicts(folder)[1]).to.deep.equal(['KATA-LONG-002', 'broken', 'the run was stopped: stopped by SIGHUP'])
    expect(existsSync(path.join(folder, 'report.html'))).to.equal(true)
    expect(await target.made(), 'left in the cluster').to.deep.equal([])
  })

  it('SIGKILL: the journal gives the report, with the arms that have no verdict as broken', async () => {
    const run = start()
    await run.says(underWay)
    run.child.kill('SIGKILL')
    expect(await run.ended).to.include({ signal: 'SIGKILL' } satisfies Partial<Ended>)
    const folder = results.runs()[0] ?? ''
    expect(readdirSync(folder), 'no report is half written').to.deep.equal(['events.ndjson'])
    const report = await command(['report', folder])
    expect(report.code, report.stderr).to.equal(0)
    expect(report.stdout)
      .to.include('Not known: something kept the suite from knowing.')
      .and.to.include(`kata-conformance clean --run ${runIdOf(folder)}`)
    const record = recordOf(folder)
    expect(record).to.include({ outcome: 'incomplete', exitCode: 3, finishedAt: null })
    expect(verdicts(folder)).to.deep.equal([
      ['KATA-LONG-001', 'passed', ''],
      ['KATA-LONG-002', 'broken', 'no verdict: the run ended while this arm ran'],
      ['KATA-LONG-003 kata-qemu', 'broken', 'no verdict: the run ended while this arm ran'],
    ])
    expect(record.leaked.map(({ kind }) => kind)).to.include('Namespace')
    expect(readFileSync(path.join(folder, 'junit.xml'), 'utf8').match(/<error /g)).to.have.length(2)
    await clean(folder)
  })

  async function clean(folder: string): Promise<void> {
    expect(await target.made()).to.not.be.empty
    const end = await command(['clean', '--kubeconfig', target.kubeconfig, '--run', runIdOf(folder)])
    expect(end.code, end.stderr).to.equal(0)
    expect(await target.made()).to.deep.equal([])
  }
})

const runIdOf = (folder: string): string => path.basename(folder)
