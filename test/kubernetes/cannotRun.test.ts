import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { execute, ownSettings, script } from './testCluster.ts'

// Where no cluster can run, cluster:up says why with exit code 2, and cluster:down has nothing to do. What such a machine
// would answer is put before the real commands; where this machine itself is one, it answers for itself.

const needed = [
  'bash',
  'dirname',
  'id',
  'awk',
  'uname',
  'ip',
  'unshare',
  'nsenter',
  'setsid',
  'flock',
  'apt-get',
  'dpkg',
  'sort',
  'head',
  'printf',
]

describe('cluster:up where it cannot run', () => {
  let folder: string
  before(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-cannot-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  function answers(command: string, text: string): void {
    writeFileSync(path.join(folder, command), `#!/bin/sh\necho ${text}\n`)
    chmodSync(path.join(folder, command), 0o755)
  }
  afterEach(() => {
    for (const command of ['uname', 'id', 'go']) rmSync(path.join(folder, command), { force: true })
  })
  const environment = async () => ({ ...(await ownSettings('cannot')), PATH: `${folder}:${process.env['PATH']}` })

  it('says that it is macOS', async () => {
    answers('uname', 'Darwin')
    const up = await script('up.sh', ['--impostor'], await environment())
    expect(up).to.deep.include({ code: 2, stdout: '', stderr: 'cluster: cannot run here: this is Darwin, not Linux\n' })
    const down = await script('down.sh', [], await environment())
    expect(down.code, down.stderr).to.equal(0)
    expect(down.stderr).to.include('nothing to do')
  })

  it('says that it is not root', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip()
    answers('id', '1000')
    const up = await script('up.sh', [], await environment())
    expect(up.code).to.equal(2)
    expect(up.stderr).to.match(/^cluster: cannot run here: not root/)
  })

  it('says that Go is missing', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0) this.skip()
    const bare = mkdtempSync(path.join(folder, 'bare-'))
    for (const command of needed) {
      const { stdout } = await execute('bash', ['-c', `type -P ${command}`])
      if (!stdout) return this.skip()
      symlinkSync(stdout.trim(), path.join(bare, command))
    }
    const up = await script('up.sh', [], { ...(await environment()), PATH: bare })
    expect(up).to.deep.include({
      code: 2,
      stderr: 'cluster: cannot run here: Go is missing: Kubernetes is built from its modules\n',
    })
  })

  it('says that Go is too old', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0) this.skip()
    answers('go', 'go1.19.8')
    const up = await script('up.sh', [], await environment())
    expect(up).to.deep.include({
      code: 2,
      stderr: 'cluster: cannot run here: Go is go1.19.8, Kubernetes 1.34 needs 1.24\n',
    })
  })

  const itself = 'test/kubernetes/cannotRun.test.ts'

  it('counts all tests that need a cluster as skipped', async function () {
    this.timeout(120_000)
    answers('uname', 'Darwin')
    const argv = ['node_modules/mocha/bin/mocha.js', '--config', 'test/kubernetes/.mocharc.yml', '--reporter', 'dot']
    const { code, stdout, stderr } = await execute(process.execPath, [...argv, '--ignore', itself], await environment())
    expect(code, stdout + stderr).to.equal(0)
    expect(stdout).to.match(/^ +[1-9]\d\d pending$/m)
    expect(stdout).to.not.match(/failing/)
  })

  for (const name of ['..', '../kubepods', 'a/b', 'A b', '-x'])
    it(`takes no cgroup or folder by the name '${name}'`, async function () {
      if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0) this.skip()
      const env = { ...(await environment()), KATA_CONFORMANCE_CLUSTER_NAME: name }
      for (const command of ['up.sh', 'down.sh']) expect((await script(command, [], env)).code, command).to.equal(2)
    })
})
