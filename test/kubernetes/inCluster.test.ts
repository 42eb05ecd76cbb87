import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { buildImage } from '../../fixtures/image/ociImage.ts'
import { suiteImage } from '../../fixtures/image/suiteImage.ts'
import { command, type Ended, recordOf, scratch, startCommand } from '../harness/commandLine.ts'
import { describeOnCluster } from './realCluster.ts'
import { execute, scripts } from './testCluster.ts'

// The suite's own image, built from this check-out and imported by a real node, runs as a Job and as an Indexed Job.

const image = 'kata-conformance:in-cluster-test'
const runMs = 400_000

describeOnCluster('a run inside the cluster', (cluster) => {
  const results = scratch()
  const selection = ['--chapter', 'RTCLASS', '--runtime-class', 'kata-qemu', '--no-probe']
  const argv = (...more: string[]): string[] => [
    ...['run', '--in-cluster', '--kubeconfig', cluster().kubeconfig, '--image', `suite=${image}`],
    ...['--out', results.folder, ...selection, ...more],
  ]
  const left = async (): Promise<string> =>
    (await command(['clean', '--all', '--dry-run', '--kubeconfig', cluster().kubeconfig])).stdout

  function expectResults(name: string, end: Ended): void {
    const folder = path.join(results.folder, name)
    expect(existsSync(path.join(folder, 'run.json')), end.stderr).to.equal(true)
    const record = recordOf(folder)
    expect(end.code, end.stderr).to.equal(record.exitCode)
    expect(record.arms, end.stderr).not.to.be.empty
    expect(record.arms.filter(({ verdict }) => verdict === 'broken')).to.deep.equal([])
    for (const report of ['events.ndjson', 'junit.xml', 'report.html', 'summary.md'])
      expect(existsSync(path.join(folder, report)), report).to.equal(true)
  }

  /** What the suite's process may do where it runs. */
  async function insideOf(run: string): Promise<unknown> {
    const every = await cluster().kubectl('get', 'pods', '--all-namespaces', '--output', 'json')
    const { items } = JSON.parse(every.stdout) as {
      items: { metadata: { name: string; namespace: string }; spec: { containers: { image: string }[] } }[]
    }
    const [pod] = items.filter(
      ({ metadata, spec }) => metadata.namespace.includes(run) && spec.containers.some((each) => each.image === image),
    )
    const { name = 'none', namespace = 'none' } = pod?.metadata ?? {}
    const script = `
      let writes = 'yes'
      try { require('node:fs').writeFileSync('/written', '') } catch ({ code }) { writes = code }
      console.log(JSON.stringify({ root: process.getuid() === 0, writes }))`
    const { stdout, stderr } = await cluster().kubectl('exec', '-n', namespace, name, '--', 'node', '-e', script)
    return stdout === '' ? stderr : (JSON.parse(stdout) as unknown)
  }

  before('the image on the node', async function () {
    this.timeout(300_000)
    const archive = path.join(results.folder, 'image.tar')
    writeFileSync(archive, (await buildImage(suiteImage(), image)).archive)
    const importing = `bash '${path.join(scripts, 'enter.sh')}' worker-1 ctr -n k8s.io images import - <'${archive}'`
    const { code, stderr } = await execute('bash', ['-c', importing], cluster().environment)
    expect(code, stderr).to.equal(0)
  })
  after(() => results.remove())

  it('answers with the suite’s exit code, copies its results and leaves nothing', async function () {
    this.timeout(runMs)
    const pullConfig = path.join(results.folder, 'config.json')
    const auth = Buffer.from('somebody:secret').toString('base64')
    writeFileSync(pullConfig, JSON.stringify({ auths: { 'registry.example': { auth } } }))
    const end = await command(argv('--run-id', 'one-job', '--image-pull-config', pullConfig), {}, runMs)
    expectResults('one-job', end)
    const folder = path.join(results.folder, 'one-job')
    expect(readFileSync(path.join(folder, 'suite.log'), 'utf8')).to.include('KATA-RTCLASS-')
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, 'utf8'))
    expect(texts.filter((text) => text.includes('imagePullSecrets')).length, 'manifests in evidence').to.be.above(0)
    expect(
      texts.filter((text) => text.includes(auth) || text.includes(Buffer.from(auth).toString('base64'))),
    ).to.deep.equal([])
    expect(await left()).to.equal('nothing to remove\n')
  })

  it('is two shards of one run, merged', async function () {
    this.timeout(runMs)
    const end = await command(argv('--run-id', 'two-shards', '--shards', '2'), {}, runMs)
    expectResults('two-shards', end)
    const parts = [1, 2].map((index) =>
      recordOf(path.join(results.folder, 'two-shards', 'shards', `two-shards-s${index}`)),
    )
    expect(parts.map(({ shard }) => shard?.index)).to.deep.equal([1, 2])
    const whole = recordOf(path.join(results.folder, 'two-shards'))
    expect(whole.arms).to.have.length(parts.reduce((sum, { arms }) => sum + arms.length, 0))
    expect(await left()).to.equal('nothing to remove\n')
  })

  it('is stopped by SIGINT: exit code 130, results all the same, nothing left', async function () {
    this.timeout(runMs)
    const { child, ended, says } = startCommand(argv('--run-id', 'stopped'), {}, runMs)
    await says(/run stopped on /)
    expect(await insideOf('stopped')).to.deep.equal({ root: false, writes: 'EROFS' })
    child.kill('SIGINT')
    const end = await ended
    expect(end.code, end.stderr).to.equal(130)
    expect(await left()).to.equal('nothing to remove\n')
  })
})
