import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { load, loadAll } from 'js-yaml'
import { buildImage } from '../../fixtures/image/ociImage.ts'
import { suiteImage } from '../../fixtures/image/suiteImage.ts'
import { command, recordOf, scratch } from '../harness/commandLine.ts'
import { describeOnCluster } from './realCluster.ts'
import { execute, type Result, scripts } from './testCluster.ts'

// What `manifests` prints, applied to a real cluster as docs/in-cluster.md says. Only the selection is ours: one quick claim.

const image = 'kata-conformance:manifests-test'
const runMs = 240_000
const selection = ['--behaviour', 'KATA-RTCLASS-001', '--runtime-class', 'kata-qemu', '--no-probe']

interface PodSpec {
  containers: { name: string; args: string[] }[]
  volumes: object[]
  [field: string]: unknown
}

/** The pod of the manifest, its suite told what to run. */
const selecting = (spec: PodSpec): PodSpec => ({
  ...spec,
  containers: spec.containers.map((each) =>
    each.name === 'suite' ? { ...each, args: [...each.args, ...selection] } : each,
  ),
})

describeOnCluster('what manifests prints', (cluster) => {
  const results = scratch()
  /** Whether there may be objects. */
  let made = false
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr }: Result = await cluster().kubectl(...args)
    expect(code, `kubectl ${args.join(' ')}: ${stderr}`).to.equal(0)
    return stdout
  }
  const printed = async (purpose: string): Promise<string> => {
    const { code, stdout, stderr } = await command(['manifests', '--for', purpose, '--image', `suite=${image}`])
    expect(code, stderr).to.equal(0)
    return stdout
  }
  const apply = async (name: string, objects: readonly unknown[]): Promise<void> => {
    made = true
    const file = path.join(results.folder, `${name}.json`)
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
    await kubectl('apply', '-f', file)
  }
  /** Unpacks with tar; the one run in it must have met its claim. */
  async function expectConformant(archive: string, ...flags: string[]): Promise<string> {
    const folder = `${archive}.d`
    mkdirSync(folder)
    const { code, stderr } = await execute('tar', [...flags, '-xf', archive, '-C', folder])
    expect(code, stderr).to.equal(0)
    const runs = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'run.json')))
    expect(runs).to.have.length(1)
    const record = recordOf(path.join(folder, runs[0] ?? ''))
    const claims = record.arms.filter(({ role }) => role === 'check')
    expect(claims.map(({ behaviour, verdict }) => `${behaviour} ${verdict}`)).to.deep.equal(['KATA-RTCLASS-001 passed'])
    expect(record.outcome).to.equal('conformant')
    return folder
  }
  /** Writes what a command of the container `results` prints, byte for byte. */
  async function save(file: string, namespace: string, pod: string, container: string, ...argv: string[]) {
    const { environment, folder, kubeconfig } = cluster()
    const client = [path.join(folder, 'kubectl'), '--kubeconfig', kubeconfig, 'exec', '-n', namespace, pod]
    const words = [...client, '-c', container, '--', ...argv].map((word) => `'${word}'`).join(' ')
    const { code, stderr } = await execute('bash', ['-c', `${words} >'${file}'`], environment)
    expect(code, stderr).to.equal(0)
  }

  before('the image on the node', async function () {
    this.timeout(300_000)
    const archive = path.join(results.folder, 'image.tar')
    writeFileSync(archive, (await buildImage(suiteImage(), image)).archive)
    const importing = `bash '${path.join(scripts, 'enter.sh')}' worker-1 ctr -n k8s.io images import - <'${archive}'`
    const { code, stderr } = await execute('bash', ['-c', importing], cluster().environment)
    expect(code, stderr).to.equal(0)
  })
  after(async function () {
    this.timeout(120_000)
    results.remove()
    if (!made) return
    await cluster().kubectl('delete', 'namespace', 'kata-conformance', 'sonobuoy', '--ignore-not-found')
    const both = 'clusterrole,clusterrolebinding'
    await cluster().kubectl('delete', both, 'kata-conformance', '--ignore-not-found')
    await cluster().kubectl('delete', 'clusterrolebinding', 'sonobuoy-serviceaccount', '--ignore-not-found')
  })

  it('for a Job: its pod is confined, its results are fetched from it', async function () {
    this.timeout(runMs)
    type Manifest = { kind: string; spec: { template: { spec: PodSpec } } }
    const objects = (loadAll(await printed('job')) as Manifest[]).map((each) =>
      each.kind === 'Job'
        ? {
            ...each,
            spec: { ...each.spec, template: { ...each.spec.template, spec: selecting(each.spec.template.spec) } },
          }
        : each,
    )
    await apply('job', objects)
    const within = ['-n', 'kata-conformance', '-l', 'job-name=kata-conformance']
    await kubectl('wait', 'pod', ...within, '--for=create', '--timeout=60s')
    await kubectl('wait', 'pod', ...within, '--for=condition=Ready', '--timeout=60s')
    const name = (await kubectl('get', 'pods', ...within, '-o', 'name')).trim()
    for (const container of ['suite', 'results']) {
      const ids = `jsonpath={.spec.securityContext.runAsNonRoot} {.spec.containers[?(@.name=="${container}")].securityContext.readOnlyRootFilesystem}`
      expect(await kubectl('get', '-n', 'kata-conformance', name, '-o', ids)).to.equal('true true')
    }
    const archive = path.join(results.folder, 'job.tar')
    const tar = ['node', '/suite/cli/kata-conformance.js', 'results', 'tar']
    await save(archive, 'kata-conformance', name, 'results', ...tar)
    await expectConformant(archive)
    await kubectl('wait', 'job/kata-conformance', '-n', 'kata-conformance', '--for=condition=Complete', '--timeout=60s')
  })

  it('for Sonobuoy: its worker finds done, and the archive that it names', async function () {
    this.timeout(runMs)
    const plugin = load(await printed('sonobuoy')) as { podSpec: PodSpec; spec: PodSpec['containers'][number] }
    const { podSpec, spec } = plugin
    // What Sonobuoy adds: the plugin's container, its own worker, and the volume that both see.
    const worker = {
      name: 'sonobuoy-worker',
      image: 'busybox:1.36',
      command: ['sh', '-c', 'until [ -e /tmp/sonobuoy/results/done ]; do sleep 1; done; sleep 600'],
      volumeMounts: [{ name: 'results', mountPath: '/tmp/sonobuoy/results' }],
    }
    const account = String(podSpec['serviceAccountName'])
    const metadata = { namespace: 'sonobuoy' }
    const whole = selecting({
      ...podSpec,
      terminationGracePeriodSeconds: 1,
      containers: [...podSpec.containers, spec, { ...worker, args: [] }],
      volumes: [...podSpec.volumes, { name: 'results', emptyDir: {} }],
    })
    const rbac = 'rbac.authorization.k8s.io'
    await apply('sonobuoy', [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sonobuoy' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, name: account } },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: account },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'sonobuoy' }],
      },
      { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'plugin' }, spec: whole },
    ])
    await kubectl('wait', 'pod/plugin', '-n', 'sonobuoy', '--for=condition=Ready', '--timeout=60s')
    const done = '/tmp/sonobuoy/results/done'
    const read = `until [ -e ${done} ]; do sleep 1; done; cat "$(cat ${done})"`
    const archive = path.join(results.folder, 'plugin.tar.gz')
    await save(archive, 'sonobuoy', 'plugin', 'sonobuoy-worker', 'timeout', '120', 'sh', '-c', read)
    const folder = await expectConformant(archive, '-z')
    const own = load(readFileSync(path.join(folder, 'sonobuoy_results.yaml'), 'utf8')) as { status: string }
    expect(own.status).to.equal('passed')
  })
})
