import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { command, fixtures, scratch, startCommand } from '../harness/commandLine.ts'
import { startTarget, type Target } from '../harness/simulatedCluster.ts'

const RUN = 'kata-conformance.dev/run'
const MANAGED = { 'app.kubernetes.io/managed-by': 'kata-conformance' }

const namespace = (name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})
const runtimeClass = (name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name, labels },
  handler: 'runc',
})
/** What a run inside the cluster needs, beside the namespaces that it makes. */
const ofJob = (name: string, labels: Record<string, string>): KubeObject[] => [
  { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default', labels }, spec: { ...suspended } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data: {} },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default', labels } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels }, rules: [] },
]
const suspended = {
  suspend: true,
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'suite', image: 'busybox:1.36' }] } },
}

describe('clean, after a run was killed', () => {
  const results = scratch()
  let target: Target
  let runId: string
  let untouched: string[]

  const clean = (...argv: string[]) => command(['clean', '--kubeconfig', target.kubeconfig, ...argv])
  /** What a run could make, of the whole cluster. */
  async function everything(): Promise<string[]> {
    const kinds = [namespace('', {}), runtimeClass('', {}), { apiVersion: 'v1', kind: 'Pod' }, ...ofJob('', {})]
    const lists = await Promise.all(kinds.map(({ apiVersion, kind }) => target.cluster.list({ apiVersion, kind })))
    // Every namespace has these two from its controllers.
    const own = lists
      .flat()
      .filter(
        ({ metadata }) =>
          !['default', 'kube-root-ca.crt'].includes(metadata.name ?? '') || metadata.namespace === undefined,
      )
    return own.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid}`)
  }

  before(async () => {
    target = await startTarget()
    untouched = await everything()
    const run = startCommand(
      ['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder],
      { KATA_CONFORMANCE_SPECS: fixtures('long') },
    )
    await run.says(/\[1\/3\] passed KATA-LONG-001/)
    run.child.kill('SIGKILL')
    await run.ended
    runId = path.basename(results.runs()[0] ?? '')
    for (const decoy of [
      // The names of this run's objects, without its labels.
      namespace(`kata-conformance-${runId}-mine`, {}),
      namespace(`kata-conformance-${runId}-half`, MANAGED),
      namespace(`kata-conformance-${runId}-other`, { [RUN]: runId }),
      runtimeClass(`kata-conformance-${runId}-9`, {}),
      // Another run, whose id begins alike.
      namespace('kata-conformance-another', { ...MANAGED, [RUN]: `${runId}0` }),
      runtimeClass('kata-conformance-another', { ...MANAGED, [RUN]: `${runId}0` }),
      ...ofJob('another', { ...MANAGED, [RUN]: `${runId}0` }),
      ...ofJob('decoy', MANAGED),
    ])
      await target.cluster.create(decoy)
  })

  after(async () => {
    await target.close()
    results.remove()
  })

  it('--dry-run lists what the journal says was made, and removes nothing', async () => {
    const all = await everything()
    const end = await clean('--run', runId, '--dry-run')
    expect(end.code, end.stderr).to.equal(0)
    const made = readFileSync(path.join(results.runs()[0] ?? '', 'events.ndjson'), 'utf8')
      .split('\n')
      .flatMap((line) =>
        line.includes('"object.created"') ? [JSON.parse(line) as { object: KubeObject & { name: string } }] : [],
      )
      .filter(({ object }) => object.kind !== 'Pod')
      .map(({ object }) => `${object.kind}/${object.name} would be removed`)
    expect(end.stdout.trimEnd().split('\n')).to.have.members(made)
    expect(await everything()).to.have.members(all)
  })

  it('--run removes what a run inside the cluster had made, too', async () => {
    for (const object of ofJob('ours', { ...MANAGED, [RUN]: `${runId}-job` })) await target.cluster.create(object)
    const end = await clean('--run', `${runId}-job`)
    expect(end.code, end.stderr).to.equal(0)
    expect(end.stdout.trimEnd().split('\n')).to.deep.equal([
      'Job/default/ours removed',
      'ConfigMap/default/ours removed',
      'ServiceAccount/default/ours removed',
      'ClusterRole/ours removed',
    ])
    expect((await everything()).filter((each) => each.includes('ours'))).to.be.empty
  })

  it('--run removes exactly that', async () => {
    const end = await clean('--run', runId)
    expect(end.code, end.stderr).to.equal(0)
    expect(end.stdout)
      .to.match(/^Namespace\/kata-conformance-.* removed$/m)
      .and.not.to.include('another')
    const left = (await everything()).filter((each) => !untouched.includes(each)).map((each) => each.split(' ')[0])
    expect(left).to.have.members([
      `/kata-conformance-${runId}-mine`,
      `/kata-conformance-${runId}-half`,
      `/kata-conformance-${runId}-other`,
      `/kata-conformance-${runId}-9`,
      '/kata-conformance-another',
      '/kata-conformance-another',
      ...decoysOfJobs('another'),
      ...decoysOfJobs('decoy'),
    ])
    expect(await everything()).to.include.members(untouched)
  })

  it('a second time there is nothing', async () => {
    const end = await clean('--run', runId)
    expect(end).to.deep.include({ code: 0, stdout: 'nothing to remove\n' })
  })

  it('--all removes other runs too, and still no decoy', async () => {
    const end = await clean('--all')
    expect(end.code, end.stderr).to.equal(0)
    const left = (await everything()).filter((each) => !untouched.includes(each)).map((each) => each.split(' ')[0])
    expect(left).to.have.members([
      `/kata-conformance-${runId}-mine`,
      `/kata-conformance-${runId}-half`,
      `/kata-conformance-${runId}-other`,
      `/kata-conformance-${runId}-9`,
      ...decoysOfJobs('decoy'),
    ])
  })
})

const decoysOfJobs = (name: string): string[] =>
  ofJob(name, {}).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
