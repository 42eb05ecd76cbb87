import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { runDouble } from '../gate/runDouble.ts'
import { command, fixtures } from '../harness/commandLine.ts'

describe('in a step of GitHub Actions', () => {
  let folder: string
  const file = (name: string) => path.join(folder, name)
  const step = () => ({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('summary') })
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'github-'))
    writeFileSync(
      file('good.json'),
      JSON.stringify(runDouble('good', [{ behaviour: 'KATA-MEM-003' }, { behaviour: 'KATA-MEM-005' }])),
    )
    const message = '##[add-mask]50 % less'
    const bad = runDouble('bad', [
      { behaviour: 'KATA-MEM-003', verdicts: ['failed'], message },
      { behaviour: 'KATA-MEM-005' },
    ])
    writeFileSync(file('bad.json'), JSON.stringify(bad))
    writeFileSync(file('summary'), 'of the step before\n')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('gate annotates, adds to the summary of the job, and prints what was asked for', async () => {
    const argv = ['gate', file('good.json'), file('bad.json'), '-o', 'json']
    const { code, stdout, stderr } = await command(argv, step())
    expect(code).to.equal(1)
    expect((JSON.parse(stdout) as { answer: string }).answer).to.equal('do-not-ship')
    const [answer, reason, ...more] = stderr.trim().split('\n')
    expect(answer).to.match(/^::error title=kata-conformance gate%3A DO NOT SHIP::1 reason, the first: KATA-MEM-003/)
    expect(reason).to.match(
      /^::error title=KATA-MEM-003 kata-qemu%3A [^:]*::newly failing: passed -> failed: ##\[add-mask\]50 %25 less%0A/,
    )
    expect(more).to.deep.equal([])
    expect(readFileSync(file('summary'), 'utf8')).to.match(/^of the step before\n## DO NOT SHIP\n/)
  })

  it('what a guest says is no command to the runner', async () => {
    const { stdout } = await command(['gate', file('good.json'), file('bad.json')], step())
    expect(stdout).to.contain('## [add-mask]50 % less').and.not.contain('##[')
  })

  it('a summary that cannot be written is told, and is no part of the answer', async () => {
    const env = { ...step(), GITHUB_STEP_SUMMARY: folder }
    const { code, stderr } = await command(['gate', file('good.json'), file('good.json')], env)
    expect(code).to.equal(0)
    expect(stderr).to.match(/^::notice title=kata-conformance gate%3A SHIP::/)
    expect(stderr).to.match(/^::warning title=no job summary::EISDIR/m)
  })

  it('elsewhere nothing of it is printed', async () => {
    const env = { GITHUB_STEP_SUMMARY: file('summary') }
    expect(await command(['gate', file('good.json'), file('bad.json')], env)).to.include({ code: 1, stderr: '' })
    expect(readFileSync(file('summary'), 'utf8')).to.equal('of the step before\n')
  })

  it('run annotates what failed, and adds its summary', async () => {
    const claims = ['KATA-PASS-001', 'KATA-FAIL-001', 'KATA-BROKEN-001'].flatMap((id) => ['--behaviour', id])
    const argv = [
      'run',
      '--sim',
      '--speed',
      'Infinity',
      '--specs',
      fixtures('verdicts'),
      '--out',
      file('out'),
      ...claims,
    ]
    const { code, stderr } = await command(argv, step())
    expect(code).to.equal(1)
    const commands = stderr.split('\n').filter((line) => line.startsWith('::'))
    expect(commands[0]).to.match(/^::error title=kata-conformance%3A SIMULATED .*::The simulated cluster departs/)
    expect(commands.filter((line) => line.startsWith('::error title=failed%3A KATA-FAIL-001'))).to.not.be.empty
    expect(commands.filter((line) => line.startsWith('::warning title=broken%3A KATA-BROKEN-001'))).to.not.be.empty
    expect(readFileSync(file('summary'), 'utf8')).to.match(/^of the step before\n# kata-conformance: /)
  })
})
