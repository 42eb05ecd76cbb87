import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { command, type Ended, fixtures, recordOf, type Scratch, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

describe('checks that do what nobody should', () => {
  let target: Target
  const results: Record<string, Scratch> = {}
  const ended: Record<string, Ended> = {}
  const verdictOf = (name: string, id: string) =>
    recordOf(results[name]?.runs()[0] ?? '').arms.find((arm) => arm.id === id)
  const runs = {
    late: { set: 'late', behaviours: ['KATA-LATE-001', 'KATA-LATE-002', 'KATA-LATE-003'] },
    undefined: { set: 'hostile', behaviours: ['KATA-HOSTILE-001', 'KATA-HOSTILE-004'] },
    figure: { set: 'hostile', behaviours: ['KATA-HOSTILE-002', 'KATA-HOSTILE-004'] },
    text: { set: 'hostile', behaviours: ['KATA-HOSTILE-003'] },
  }

  before(async () => {
    target = await startTarget()
    await Promise.all(
      Object.entries(runs).map(async ([name, { set, behaviours }]) => {
        const own = (results[name] = scratch())
        const argv = ['run', '--kubeconfig', target.kubeconfig, '--no-probe', '--out', own.folder]
        ended[name] = await command([...argv, '--behaviour', behaviours.join(',')], {
          KATA_CONFORMANCE_SPECS: fixtures(set),
        })
      }),
    )
  })

  after(async () => {
    for (const each of Object.values(results)) each.remove()
    await target.close()
  })

  it('an assertion that fails in a promise after the verdict makes the arm red, and the run', () => {
    expect(verdictOf('late', 'KATA-LATE-001')).to.include({ verdict: 'failed' })
    expect(ended['late']?.code).to.equal(1)
  })

  it('so does one that fails in a timer', () => {
    expect(verdictOf('late', 'KATA-LATE-002')).to.include({ verdict: 'failed' })
  })

  it('neither touches another arm', () => {
    expect(verdictOf('late', 'KATA-LATE-003')).to.include({ verdict: 'passed' })
  })

  it('throwing undefined breaks that arm alone', () => {
    expect(verdictOf('undefined', 'KATA-HOSTILE-001')).to.include({ verdict: 'broken' })
    expect(verdictOf('undefined', 'KATA-HOSTILE-004')).to.include({ verdict: 'passed' })
  })

  it('a figure that is no number is never a pass, and the journal can still be read', async () => {
    expect(verdictOf('figure', 'KATA-HOSTILE-002')).to.include({ verdict: 'broken' })
    const again = await command(['report', results['figure']?.runs()[0] ?? ''])
    expect(again.code, again.stderr).to.equal(0)
  })

  it('what a guest prints becomes neither markup nor a control sequence', () => {
    const run = results['text']?.runs()[0] ?? ''
    expect(verdictOf('text', 'KATA-HOSTILE-003')).to.include({ verdict: 'failed' })
    expect(readFileSync(path.join(run, 'report.html'), 'utf8')).to.not.include('<script>alert')
    expect(ended['text']?.stdout).to.not.include('\u001b').and.not.to.include('\u0000')
    expect(ended['text']?.stderr).to.not.include('\u001b').and.not.to.include('\u0000')
  })

  it('nothing is left in the cluster', async () => {
    expect(await target.made()).to.deep.equal([])
  })
})
