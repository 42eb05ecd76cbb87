import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestResult } from 'allure-js-commons'
import { expect } from 'chai'
import { type Ended, fixtures, mocha, recordOf, type Scratch, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

interface JsonReport {
  stats: Record<'tests' | 'passes' | 'pending' | 'failures', number>
  tests: { title: string; fullTitle: string; duration: number; err: { message?: string } }[]
  failures: { fullTitle: string }[]
}

describe('plain mocha', () => {
  let target: Target
  const results: Scratch[] = []

  before(async () => {
    target = await startTarget()
  })
  after(async () => {
    await target.close()
    for (const each of results) each.remove()
  })

  async function run(argv: readonly string[]): Promise<Ended & { out: Scratch }> {
    const out = scratch()
    results.push(out)
    const set = fixtures('verdicts')
    const end = await mocha([...argv.map((each) => each.replace('SPECS', set))], {
      KUBECONFIG: target.kubeconfig,
      KATA_CONFORMANCE_SPECS: set,
      KATA_CONFORMANCE_RUNTIME_CLASS: 'kata-qemu',
      KATA_CONFORMANCE_OUT: out.folder,
    })
    return { ...end, out }
  }

  it('a folder of specs, -R json: a test an arm, in file order, durations the arms’ own, exit code 1', async () => {
    const end = await run(['SPECS/fail', 'SPECS/pass', '-R', 'json'])
    expect(end.code, end.stderr).to.equal(1)
    const report = JSON.parse(end.stdout) as JsonReport
    const record = recordOf(end.out.runs()[0] ?? '')
    expect(report.tests.map(({ fullTitle }) => fullTitle)).to.deep.equal(
      record.arms.map(
        ({ chapter, behaviour, title, role, runtimeClass, node }) =>
          `${chapter} ${behaviour} ${title} ${role === 'check' ? (runtimeClass ?? node ?? 'cluster') : role}`,
      ),
    )
    expect(report.stats).to.include({ tests: 9, passes: 4, failures: 5 })
    expect(report.tests.map(({ duration }) => duration)).to.deep.equal(
      record.arms.map(({ durationMs }) => Math.round(durationMs)),
    )
    expect(report.failures[0]?.fullTitle).to.equal('FAIL KATA-FAIL-001 An assertion does not hold kata-1')
    expect(await target.made()).to.deep.equal([])
  })

  it('--grep runs what it names and nothing else; skipped is pending', async () => {
    const end = await run(['SPECS/skip', 'SPECS/pass', 'SPECS/broken', '--grep', 'PASS-001|SKIP-002', '-R', 'dot'])
    expect(end.code, end.stderr).to.equal(0)
    expect(end.stdout)
      .to.match(/1 passing/)
      .and.to.match(/1 pending/)
    const record = recordOf(end.out.runs()[0] ?? '')
    expect(record.arms.map(({ id, verdict }) => `${id} ${verdict}`)).to.deep.equal([
      'KATA-SKIP-002 skipped',
      'KATA-PASS-001 passed',
    ])
  })

  it('nothing but skipped arms is not a success', async () => {
    const end = await run(['SPECS/skip', '-R', 'dot'])
    expect(recordOf(end.out.runs()[0] ?? '').exitCode).to.equal(3)
    expect(end.code, end.stdout).to.equal(3)
  })

  it('.only has no place: the interface does not know it', async () => {
    const end = await run([path.join(fixtures('only'), 'only.spec.ts')])
    expect(end.code).to.not.equal(0)
    expect(end.stdout + end.stderr).to.match(/only/)
    expect(end.out.runs(), 'no run was begun').to.deep.equal([])
    expect(await target.made()).to.deep.equal([])
  })

  it('-R allure-mocha writes a result an arm, with start and stop the arm’s own', async () => {
    const folder = scratch()
    results.push(folder)
    const end = await run(['SPECS/pass', '-R', 'allure-mocha', '--reporter-option', `resultsDir=${folder.folder}`])
    expect(end.code, end.stderr).to.equal(0)
    const names = readdirSync(folder.folder).filter((name) => name.endsWith('-result.json'))
    const written = names.map((name) => JSON.parse(readFileSync(path.join(folder.folder, name), 'utf8')) as TestResult)
    expect(written.map(({ name, status }) => `${name} ${status}`)).to.have.members([
      'kata-1 passed',
      'kata-qemu passed',
      'kata-qemu passed',
      'control passed',
    ])
    const times = recordOf(end.out.runs()[0] ?? '').arms.map(({ startedAt, durationMs }) => ({
      start: Date.parse(startedAt),
      stop: Date.parse(startedAt) + Math.round(durationMs),
    }))
    expect(written.map(({ start, stop }) => ({ start, stop }))).to.have.deep.members(times)
  })
})
