import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { bisect, Interrupted, type World } from '../../cli/bisect/bisect.ts'
import { bisectExitCode, bisectJson, bisectText } from '../../cli/bisect/bisectText.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Verdict } from '../../reports/record/verdict.ts'
import { type CheckDouble, runDouble } from '../gate/runDouble.ts'

const versions = ['3.25.0', '3.26.0', '3.27.0', '3.28.0', '3.29.0']
const head = { claim: 'KATA-MEM-002', classes: [], versions, deploy: ['./deploy.sh', '{version}'] }
const before = (version: string, other: string) => versions.indexOf(version) < versions.indexOf(other)

/** A cluster that runs what was deployed last. */
interface Cluster {
  /** What a repeat of the claim comes to. */
  readonly check: (version: string, nth: number) => Verdict
  readonly deploy?: (version: string) => string | null
  readonly record?: (version: string) => Partial<RunRecord>
  readonly more?: readonly CheckDouble[]
}

describe('bisect', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'bisect-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const worldOf = ({ check, deploy = () => null, record = () => ({}), more = [] }: Cluster) => {
    const done: string[] = []
    const seen = new Map<string, number>()
    const world: World = {
      deploy: async (version) => {
        done.push(`deploy ${version}`)
        return deploy(version)
      },
      run: async (version, repeat) => {
        done.push(`run ${version} x${repeat}`)
        const verdicts = Array.from({ length: repeat }, () => {
          const nth = seen.get(version) ?? 0
          seen.set(version, nth + 1)
          return check(version, nth)
        })
        const run = path.join(folder, `run-${done.length}-${Math.random().toString(36).slice(2)}`)
        mkdirSync(run)
        const made = runDouble(path.basename(run), [{ behaviour: 'KATA-MEM-002', verdicts }, ...more], record(version))
        writeFileSync(path.join(run, 'run.json'), JSON.stringify(made))
        return { folder: run }
      },
      say: () => undefined,
    }
    return { world, done }
  }
  const steady = () => 0.05
  const from = (bad: string) => (version: string) => (before(version, bad) ? 'passed' : 'failed') as Verdict

  it('finds the first bad version, with the runs that say so', async () => {
    const { world, done } = worldOf({ check: from('3.28.0') })
    const end = await bisect(folder, head, steady, world)
    expect(end.step).to.deep.equal({ firstBad: '3.28.0', lastGood: '3.27.0', among: ['3.28.0'] })
    expect(done.filter((each) => each.startsWith('deploy'))).to.deep.equal(
      ['3.25.0', '3.29.0', '3.27.0', '3.28.0'].map((version) => `deploy ${version}`),
    )
    expect(done[1]).to.equal('run 3.25.0 x3')
    const text = bisectText(end, folder, head.claim, versions)
    expect(text).to.match(/^the first version that breaks KATA-MEM-002 is 3\.28\.0; 3\.27\.0 is good\n/)
    expect(text).to.match(/3\.28\.0 bad: KATA-MEM-002 kata-qemu did not hold 3 of 3: failed it is\n {4}.*report\.html/)
    expect(bisectExitCode(end)).to.equal(0)
    expect(JSON.parse(bisectJson(end, head.claim, versions))).to.include({ firstBad: '3.28.0', exitCode: 0 })
  })

  it('repeats a flaky check until it is sure, and is not misled by what fails now and then', async () => {
    const check = (version: string, nth: number) => (before(version, '3.27.0') && nth % 4 !== 1 ? 'passed' : 'failed')
    const { world, done } = worldOf({ check })
    const end = await bisect(folder, head, () => 0.25, world)
    expect(end.step).to.include({ firstBad: '3.27.0', lastGood: '3.26.0' })
    expect(done.filter((each) => each.startsWith('run 3.25.0'))).to.have.length.above(1)
  })

  it('gives up on a version that never settles', async () => {
    const { world } = worldOf({
      check: (version, nth) => (version === '3.27.0' && nth % 2 ? 'failed' : from('3.29.0')(version)),
    })
    const end = await bisect(folder, head, steady, world)
    expect(end.verdicts.get('3.27.0')).to.include({ verdict: 'skip' })
    expect(end.verdicts.get('3.27.0')?.why).to.match(/too unsteady to tell/)
    expect(end.step).to.include({ firstBad: '3.29.0', lastGood: '3.28.0' })
  })

  it('gives up on a version whose check held once and breaks ever since', async () => {
    const check = (version: string, nth: number) =>
      version === '3.27.0' && nth > 0 ? 'broken' : from('3.29.0')(version)
    const { world, done } = worldOf({ check })
    const end = await bisect(folder, head, steady, world)
    expect(end.verdicts.get('3.27.0')).to.include({ verdict: 'skip' })
    expect(done.filter((each) => each.startsWith('run 3.27.0'))).to.have.length(20)
  })

  const untold: [what: string, cluster: Partial<Cluster>, why: RegExp][] = [
    ['broke', { check: (version) => (version === '3.27.0' ? 'broken' : from('3.29.0')(version)) }, /broken it is/],
    [
      'was skipped',
      { check: (version) => (version === '3.27.0' ? 'skipped' : from('3.29.0')(version)) },
      /skipped it is/,
    ],
    [
      'could not be deployed',
      { deploy: (version) => (version === '3.27.0' ? 'exit code 125' : null) },
      /exit code 125/,
    ],
    [
      'had a canary that passed',
      { record: (version) => (version === '3.27.0' ? { outcome: 'invalid' } : {}) },
      /canary/,
    ],
    [
      'is not what the cluster runs',
      {
        record: (version) => ({
          facts: [
            {
              ...{ subject: 'cluster', name: 'kataVersion', unit: null, how: 'h', evidence: null },
              value: version === '3.27.0' ? '3.26.0' : version,
            },
          ],
        }),
      },
      /the cluster runs Kata 3\.26\.0: the deploy command did not bring 3\.27\.0/,
    ],
  ]
  for (const [what, cluster, why] of untold)
    it(`cannot tell a version that ${what}, and goes around it`, async () => {
      const { world } = worldOf({ check: from('3.29.0'), ...cluster })
      const end = await bisect(folder, head, steady, world)
      expect(end.verdicts.get('3.27.0')).to.include({ verdict: 'skip' })
      expect(end.verdicts.get('3.27.0')?.why).to.match(why)
      expect(end.step).to.include({ firstBad: '3.29.0', lastGood: '3.28.0' })
    })

  it('says which it may be where the border cannot be told: exit code 3', async () => {
    const { world } = worldOf({ check: (version) => (version === '3.27.0' ? 'broken' : from('3.27.0')(version)) })
    const end = await bisect(folder, head, steady, world)
    expect(bisectText(end, folder, head.claim, versions)).to.match(
      /^the first version that breaks KATA-MEM-002 is one of 3\.27\.0, 3\.28\.0: those before 3\.28\.0 could not be told\n/,
    )
    expect(bisectExitCode(end)).to.equal(3)
  })

  it('has nothing to find: exit code 1', async () => {
    const { world } = worldOf({ check: () => 'passed' })
    const end = await bisect(folder, head, steady, world)
    expect(bisectText(end, folder, head.claim, versions)).to.match(/^no version breaks KATA-MEM-002/)
    expect(bisectExitCode(end)).to.equal(1)
  })

  it('goes on after an interruption: what was told is not told again, the version in hand is deployed anew', async () => {
    const first = worldOf({ check: from('3.28.0') })
    const interrupted: World = {
      ...first.world,
      run: async (version, repeat) => {
        if (version === '3.27.0') throw new Interrupted('stopped by SIGINT')
        return first.world.run(version, repeat)
      },
    }
    const error = await bisect(folder, head, steady, interrupted).catch((caught: Error) => caught)
    expect(error).to.be.instanceOf(Interrupted)
    // The process was killed in the middle of a line.
    appendFileSync(path.join(folder, 'bisect.ndjson'), '{"event":"run","vers')
    const second = worldOf({ check: from('3.28.0') })
    const end = await bisect(folder, head, steady, second.world)
    expect(end.step).to.include({ firstBad: '3.28.0', lastGood: '3.27.0' })
    expect(second.done.filter((each) => each.startsWith('deploy'))).to.deep.equal(['deploy 3.27.0', 'deploy 3.28.0'])
    const third = worldOf({ check: () => 'broken' })
    expect((await bisect(folder, head, steady, third.world)).step).to.deep.equal(end.step)
    expect(third.done).to.deep.equal([])
  })

  it('keeps the repeats that an interrupted version has', async () => {
    const check = (version: string, nth: number) =>
      version === '3.25.0' && nth === 1 ? 'failed' : from('3.28.0')(version)
    const first = worldOf({ check })
    let runs = 0
    const interrupted: World = {
      ...first.world,
      run: async (version, repeat) => {
        if (runs++ === 1) throw new Interrupted('stopped')
        return first.world.run(version, repeat)
      },
    }
    await bisect(folder, head, steady, interrupted).catch(() => undefined)
    const second = worldOf({ check: from('3.28.0') })
    await bisect(folder, head, steady, second.world)
    // Two of three passed: a lead of one, and two more are needed.
    expect(second.done.slice(0, 2)).to.deep.equal(['deploy 3.25.0', 'run 3.25.0 x2'])
  })

  it('refuses the journal of another bisect', async () => {
    const { world } = worldOf({ check: from('3.28.0') })
    await bisect(folder, head, steady, world)
    const kept = readFileSync(path.join(folder, 'bisect.ndjson'), 'utf8')
    const other = { ...head, versions: versions.slice(1) }
    const error = await bisect(folder, other, steady, world).catch((caught: Error) => caught)
    expect((error as Error).message).to.match(/is of another bisect: versions 3\.25\.0 3\.26\.0 .*; give another --out/)
    expect(readFileSync(path.join(folder, 'bisect.ndjson'), 'utf8')).to.equal(kept)
  })
})
