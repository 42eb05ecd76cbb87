import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { create } from 'xmlbuilder2'
import type { ArmRecord } from '../../reports/record/arm.ts'
import { command, type Ended, fixtures, recordOf, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

interface Row {
  readonly arm: string
  readonly verdict: string
  readonly message: RegExp | ''
  /** Element in the JUnit case; null: a case without one is a pass. */
  readonly junit: 'failure' | 'error' | 'skipped' | null
  readonly allure: 'passed' | 'failed' | 'broken' | 'skipped'
}

const passed = (arm: string): Row => ({ arm, verdict: 'passed', message: '', junit: null, allure: 'passed' })
const failed = (arm: string, message: RegExp): Row => ({
  arm,
  verdict: 'failed',
  message,
  junit: 'failure',
  allure: 'failed',
})
const broken = (arm: string, message: RegExp): Row => ({
  arm,
  verdict: 'broken',
  message,
  junit: 'error',
  allure: 'broken',
})
const skipped = (arm: string, message: RegExp): Row => ({
  arm,
  verdict: 'skipped',
  message,
  junit: 'skipped',
  allure: 'skipped',
})

const table: readonly Row[] = [
  passed('KATA-PASS-001'),
  passed('KATA-PASS-002 kata-qemu'),
  passed('KATA-PASS-003 kata-qemu'),
  passed('KATA-PASS-003 control'),
  failed('KATA-FAIL-001', /^MemTotal: expected 162 to be close to 418 \+\/- 4$/),
  failed('KATA-FAIL-002', /^vacuous: the check ended without a single assertion$/),
  failed('KATA-FAIL-003', /^an assertion failed and its error was swallowed: expected 'host' to equal 'guest'$/),
  failed('KATA-FAIL-004', /^a promise of the check was left alone and rejected: left alone: expected 2 to equal 3$/),
  failed('KATA-FAIL-005 kata-qemu', /no-such-handler/),
  broken('KATA-BROKEN-001', /^the check has a bug/),
  broken('KATA-BROKEN-002', /did not end within 200 ms; last: first step: expected 1 to equal 1$/),
  broken('KATA-BROKEN-003', /^the check's pods cannot be made: no pod can be described$/),
  broken('KATA-BROKEN-004', /^a promise of the check was left alone and rejected: nobody waits for me/),
  broken('KATA-BROKEN-005 kata-qemu', /localhost:1\/no\/such\/image:1/),
  skipped('KATA-SKIP-001', /^takes more than five minutes; run with --slow$/),
  skipped('KATA-SKIP-002', /^the size of it is unknown: nobody could be asked$/),
  skipped('KATA-SKIP-003', /^the cluster is of another kind$/),
  {
    arm: 'KATA-ENV-001 kata-qemu',
    verdict: 'environment',
    message: /^name of the pod: .*\nThe default runtime on node kata-\d fails the same check: name of the pod: /,
    junit: 'error',
    allure: 'broken',
  },
  failed('KATA-ENV-001 control', /^name of the pod: /),
  {
    arm: 'KATA-KNOWN-001',
    verdict: 'known',
    message: /\nKnown: the guest says so, https:\/\/example\.org\/issues\/1 \(owner platform, until 2999-12-31\)\.$/,
    junit: 'skipped',
    allure: 'skipped',
  },
  failed('KATA-KNOWN-002', /\nThe known deviation expired on 2020-01-31 \(owner platform\)\.$/),
  passed('KATA-KNOWN-003'),
  failed('KATA-UNGATED-001', /^expected 'seen' to equal 'recommended'$/),
]

describe('truth table of the harness', () => {
  const results = scratch()
  let target: Target
  let ended: Ended
  let run: string

  before(async () => {
    target = await startTarget()
    ended = await command(
      ['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder].concat(
        '--profile',
        fixtures('deviations.yaml'),
      ),
      { KATA_CONFORMANCE_SPECS: fixtures('verdicts') },
    )
    run = results.runs()[0] ?? ''
  })

  after(async () => {
    await target.close()
    results.remove()
  })

  it('says not conformant, exit code 1, and leaves nothing in the cluster', async () => {
    expect(ended.code, ended.stderr).to.equal(1)
    expect(ended.stdout).to.match(/claims do not hold\.\nreport: /)
    expect(await target.made()).to.deep.equal([])
  })

  it('has exactly the planned arms', () => {
    const { arms, summary } = recordOf(run)
    expect(arms.map(({ id }) => id)).to.have.members(table.map(({ arm }) => arm))
    expect(summary.verdicts).to.deep.equal({ passed: 4, failed: 7, broken: 5, environment: 1, skipped: 3, known: 1 })
    expect(summary.controls).to.include({ passed: 1, failed: 1 })
  })

  for (const { arm, verdict, message, junit, allure } of table) {
    it(`${arm}: ${verdict} in run.json, ${junit ?? 'a pass'} in junit.xml, ${allure} in Allure, a line on the terminal`, () => {
      const record = armOf(run, arm)
      expect(record.verdict, record.message).to.equal(verdict)
      if (message === '') expect(record.message).to.equal('')
      else expect(record.message).to.match(message)
      expect(junitOf(run, arm)).to.deep.equal({ element: junit, seconds: (record.durationMs / 1000).toFixed(3) })
      expect(allureOf(run, arm)).to.include({ status: allure, start: Date.parse(record.startedAt) })
      expect(ended.stderr).to.include(` ${verdict} ${arm} (${Math.round(record.durationMs)} ms)`)
    })
  }

  it('an unexpected pass of a known deviation is told', () => {
    expect(armOf(run, 'KATA-KNOWN-003').findings).to.deep.equal([
      'unexpected pass: listed as known (it did not hold last year); the entry can go',
    ])
  })

  it('a failed arm says what was expected and what was observed, and has evidence', () => {
    const arm = armOf(run, 'KATA-FAIL-001')
    expect(arm).to.include({ expected: 'to be close to 418 +/- 4', observed: '162' })
    expect(arm.assertions.map(({ ok }) => ok)).to.deep.equal([true, false])
    for (const { path: file } of arm.evidence) expect(readdirSync(path.join(run, path.dirname(file)))).to.not.be.empty
    expect(arm.evidence).to.not.be.empty
  })

  it('the report made from the journal alone is the first one, file by file', async () => {
    const before = filesOf(run)
    const again = await command(['report', run])
    expect(again.code, again.stderr).to.equal(0)
    const after = filesOf(run)
    expect([...after.keys()]).to.have.members([...before.keys()])
    for (const [file, content] of before) expect(after.get(file)?.equals(content), file).to.equal(true)
    expect(again.stdout).to.equal(ended.stdout)
  })
})

function armOf(run: string, id: string): ArmRecord {
  const arm = recordOf(run).arms.find((each) => each.id === id)
  if (!arm) throw new Error(`run.json has no ${id}`)
  return arm
}

interface Case {
  '@name': string
  '@time': string
}

/** The element in the arm's case, by the very attributes and names that Jenkins reads. */
function junitOf(run: string, id: string): { element: string | null; seconds: string } {
  const document = create(readFileSync(path.join(run, 'junit.xml'), 'utf8')).end({ format: 'object' }) as unknown as {
    testsuites: { testsuite: { testcase: Case | Case[] }[] }
  }
  const cases = document.testsuites.testsuite.flatMap(({ testcase }) => testcase)
  const found = cases.find((each) => each['@name'].startsWith(`${id}: `))
  if (!found) throw new Error(`junit.xml has no case ${id}`)
  const element = ['failure', 'error', 'skipped'].find((name) => name in found) ?? null
  return { element, seconds: found['@time'] }
}

function allureOf(run: string, id: string): { fullName: string; status: string; start: number } {
  const folder = path.join(run, 'allure-results')
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { fullName: string })
  const found = results.find(({ fullName }) => fullName === id)
  if (!found) throw new Error(`allure-results has no ${id}`)
  return found as ReturnType<typeof allureOf>
}

/** Every file of the run but the journal and the evidence, with its content. */
function filesOf(run: string): Map<string, Buffer> {
  const names = readdirSync(run, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((each) => each.isFile())
    .map((each) => path.relative(run, path.join(each.parentPath, each.name)))
    .filter((name) => name !== 'events.ndjson' && !name.startsWith('evidence'))
  return new Map(names.map((name) => [name, readFileSync(path.join(run, name))]))
}
