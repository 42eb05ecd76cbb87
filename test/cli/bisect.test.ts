import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { command, root, startCommand } from '../harness/commandLine.ts'

describe('bisect, as a command', () => {
  let folder: string
  const file = (name: string) => path.join(folder, name)
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'bisect-'))))
  afterEach(() => {
    if (existsSync(file('pid'))) process.kill(Number(readFileSync(file('pid'), 'utf8')))
    rmSync(folder, { recursive: true })
  })

  const env = { FAULT: 'memory-requests-counted', BROKEN_SINCE: '3.28.0', UNDEPLOYABLE: '3.29.0' }
  const words = () => [
    ...['bisect', '--claim', 'KATA-MEM-002', '--class', 'kata-qemu', '--allow-disruptive', '--flake-rate', '0.01'],
    ...['--versions', '3.26.0,3.27.0,3.28.0,3.29.0,3.30.0', '--kubeconfig', file('kubeconfig'), '--out', file('out')],
    ...['--', process.execPath, path.join(root, 'test/bisect/deploySimulated.mjs'), '{version}', folder],
  ]

  it('finds the release since which a simulated cluster is broken, around one that cannot be deployed; after an interruption, too', async function () {
    this.timeout(400_000)
    const first = startCommand(words(), env, 200_000)
    await first.says(/bisect: 3\.26\.0: good/)
    first.child.kill('SIGINT')
    const interrupted = await first.ended
    expect(interrupted.code, interrupted.stderr).to.equal(130)
    const { code, stdout, stderr } = await startCommand(words(), env, 300_000).ended
    expect(stderr).to.match(/bisect: 3\.26\.0: good, known from before/)
    expect(stderr).to.not.match(/bisect: 3\.26\.0: deploying/)
    expect(stdout).to.match(/^the first version that breaks KATA-MEM-002 is 3\.28\.0; 3\.27\.0 is good\n/)
    expect(stdout).to.match(
      /3\.28\.0 bad: KATA-MEM-002 kata-qemu did not hold \d of \d: .*MemTotal added by requests\.memory/,
    )
    const reports = [...stdout.matchAll(/^ {4}(.*report\.html)$/gm)].map(([, report]) => report ?? '')
    expect(reports).to.have.length.above(2)
    for (const report of reports) expect(existsSync(report), report).to.equal(true)
    expect(code).to.equal(0)
  })

  const refused: [what: string, change: (argv: string[]) => string[], says: RegExp][] = [
    [
      'a cluster that may not be changed',
      (argv) => argv.filter((word) => word !== '--allow-disruptive'),
      /add --allow-disruptive if it may/,
    ],
    ['no command', (argv) => argv.slice(0, argv.indexOf('--')), /needs the command that deploys a version, after --/],
    [
      'one version',
      (argv) => argv.map((word) => (word.startsWith('3.26.0,') ? '3.26.0' : word)),
      /two or more different versions/,
    ],
    [
      'the same version twice',
      (argv) => argv.map((word) => (word.startsWith('3.26.0,') ? '3.26.0,3.26.0' : word)),
      /two or more different/,
    ],
    [
      'no claim',
      (argv) => argv.map((word) => (word === 'KATA-MEM-002' ? 'KATA-MEM-999' : word)),
      /there is no behaviour KATA-MEM-999/,
    ],
    [
      'a coin',
      (argv) => argv.map((word) => (word === '0.01' ? '0.5' : word)),
      /--flake-rate is 0\.5; .* give less than 0\.5/,
    ],
  ]
  for (const [what, change, says] of refused)
    it(`refuses ${what}, before anything is deployed`, async () => {
      const { code, stdout, stderr } = await command(change(words()), env)
      expect(stderr).to.match(says)
      expect(stderr.trim().split('\n')).to.have.length(1)
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
      expect(readdirSync(folder)).to.deep.equal([])
    })
})
