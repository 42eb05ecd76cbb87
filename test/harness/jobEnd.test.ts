import { expect } from 'chai'
import { runJob } from '../../cli/inCluster/runJob.ts'
import { runLabels } from '../../engine/cluster/labels.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

// The simulated nodes run no suite: its pod is deleted, and what it would have made is made here.

const MAKER = 'kata-conformance.dev/maker'

describe('what a Job removes that has lost its suite', () => {
  const results = scratch()
  let target: Target
  let cluster: Cluster

  before(async () => {
    target = await startTarget()
    cluster = target.cluster
  })
  after(async () => {
    await target.close()
    results.remove()
  })

  const job = (runId: string, namespace: string | null = null) => ({
    ...{ runId, namespace, image: 'kata-conformance:test', handed: [], profile: null, pullConfig: null, shards: null },
    rules: [
      { group: '', resource: 'nodes', verbs: ['list'], where: 'cluster', for: { run: 'always' }, why: '' } as const,
    ],
  })
  const ended = (run: ReturnType<typeof job>, meanwhile = async (): Promise<void> => undefined): Promise<unknown> =>
    Promise.all([runJob(cluster, run, results.folder).catch((error: unknown) => error), meanwhile()]).then(
      ([end]) => end,
    )
  const runtimeClass = (name: string, runId: string, maker: string): KubeObject => ({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name, labels: runLabels(runId), annotations: { [MAKER]: maker } },
    handler: 'runc',
  })
  const ofNamespace = (name: string, runId: string, annotations: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...runLabels(runId), 'pod-security.kubernetes.io/enforce': 'privileged' },
      annotations,
    },
  })

  /** The Job, once it has a pod. */
  async function started(runId: string): Promise<{ maker: string; endSuite: () => Promise<unknown> }> {
    const [name, namespace] = [`kata-conformance-${runId}`, `kata-conformance-${runId}-job`]
    const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace, name }
    const active = ({ status }: KubeObject): boolean => ((status ?? {}) as { active?: number }).active === 1
    const { metadata } = await cluster.waitFor(ref, active, { timeoutMs: 30_000, what: 'its pod' })
    const [pod] = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace })
    return {
      maker: metadata.annotations?.[MAKER] ?? '',
      endSuite: () => cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata.name ?? '' }),
    }
  }

  it('is nothing where a run of the same id is there', async () => {
    await cluster.create(runtimeClass('kata-conformance-monday-1', 'monday', 'another'))
    const there = ofNamespace('kata-conformance-monday', 'monday', { [MAKER]: 'another' })
    const { metadata } = await cluster.create(there)
    const end = await ended(job('monday'))
    expect(end).to.be.instanceOf(Error).and.to.include({ name: 'RunExistsError', exitCode: 2 })
    expect(await target.made()).to.deep.equal([
      'Namespace/kata-conformance-monday',
      'RuntimeClass/kata-conformance-monday-1',
    ])
    await cluster.delete({ ...there, name: metadata.name ?? '' })
    await cluster.waitForDeleted({ ...there, name: metadata.name ?? '' }, { timeoutMs: 30_000, what: 'gone' })
  })

  it('is nothing of another Job with the same id, in a namespace that was there', async () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
    const name = 'kata-conformance-monday'
    await cluster.create({ ...role, metadata: { name, labels: runLabels('monday') }, rules: [] })
    const end = await ended(job('monday', 'default'))
    expect(end).to.be.instanceOf(Error).and.to.include({ name: 'RunExistsError', exitCode: 3 })
    expect((end as Error).message).to.include('(ClusterRole kata-conformance-monday)')
    expect(await target.made()).to.deep.equal(['RuntimeClass/kata-conformance-monday-1'])
    expect(await cluster.find({ ...role, name })).not.to.equal(null)
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name }
    expect(await cluster.find(account)).to.equal(null)
    await cluster.delete({ ...role, name })
    await cluster.delete({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'kata-conformance-monday-1' })
  })

  it('is what its suite has made, and nothing of a run that has begun with its id meanwhile', async () => {
    await ended(job('tuesday'), async () => {
      const { maker, endSuite } = await started('tuesday')
      await cluster.create(runtimeClass('kata-conformance-tuesday-1', 'tuesday', maker))
      await cluster.create(runtimeClass('kata-conformance-tuesday-9', 'tuesday', 'another'))
      await endSuite()
    })
    expect(await target.made()).to.deep.equal(['RuntimeClass/kata-conformance-tuesday-9'])
    await cluster.delete({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'kata-conformance-tuesday-9' })
  })

  it('is what its suite has made on nodes, too', async () => {
    const name = 'kata-conformance-wednesday-privileged'
    const image = 'busybox:1.36'
    await ended(job('wednesday'), async () => {
      const { maker, endSuite } = await started('wednesday')
      const changed = JSON.stringify({ nodes: ['kata-1'], image, tag: 'kata-conformance-wednesday' })
      await cluster.create(
        ofNamespace(name, 'wednesday', { [MAKER]: maker, 'kata-conformance.dev/changed-nodes': changed }),
      )
      await workshopIn(name, ['mkdir', '/var/tmp/kata-conformance-wednesday-1'])
      await endSuite()
    })
    expect(await target.made()).to.deep.equal([])
    await cluster.create(ofNamespace('after', 'after', {}))
    expect(await workshopIn('after', ['ls', '/var/tmp'])).not.to.include('wednesday')
  })

  /** Runs a command in a new workshop on node kata-1. */
  async function workshopIn(namespace: string, argv: readonly string[]): Promise<string> {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }
    await cluster.waitFor(account, () => true, { timeoutMs: 30_000, what: 'there' })
    const run = await startWorkshop(cluster, { namespace, node: 'kata-1', labels: {}, image: 'busybox:1.36' })
    const { stdout, stderr, exitCode } = await run(argv)
    expect(exitCode, stderr).to.equal(0)
    return stdout
  }
})
