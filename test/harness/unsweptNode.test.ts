import { expect } from 'chai'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { type ApiProxy, startProxy } from './apiProxy.ts'
import { command, recordOf, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

// KATA-HOSTPATH-006 makes a folder on its node. The workshop may make it, and is not let in any more when it is to be removed.

const removal = /^\/api\/v1\/namespaces\/[^/]+\/pods\/node-workshop-[^/]+\/exec\?.*command=(rm\+|sweep)/

describe('a node on which a change could not be undone', function () {
  const results = scratch()
  let target: Target
  let proxy: ApiProxy | undefined
  let asked: number

  before(async () => {
    target = await startTarget()
  })
  afterEach(() => proxy?.close())
  after(async () => {
    await target.close()
    results.remove()
  })

  /** @param letIn from which time on the workshop is let in to remove what it has made */
  async function run(letIn: number) {
    asked = 0
    const refused = (url: string): boolean => removal.test(url) && (asked += 1) < letIn
    proxy = await startProxy(target.kubeconfig, [], refused)
    const end = await command([
      ...['run', '--kubeconfig', proxy.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder],
      ...['--behaviour', 'KATA-HOSTPATH-006', '--allow-node-changes', '--node', 'kata-1'],
    ])
    return { end, folder: results.runs().at(-1) ?? '' }
  }

  async function foldersOnNode(namespace: string): Promise<string> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' }
    await target.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }
    await target.cluster.waitFor(account, () => true, { timeoutMs: 30_000, what: 'there' })
    const workshop = { namespace, node: 'kata-1', labels: {}, image: 'busybox:1.36' }
    return (await (await startWorkshop(target.cluster, workshop))(['ls', '/var/tmp'])).stdout
  }

  it('is swept by another workshop', async () => {
    // The undo and the first sweep are refused.
    const { end, folder } = await run(3)
    expect(end.code, end.stderr).to.equal(0)
    expect(asked).to.equal(3)
    expect(recordOf(folder).leaked).to.deep.equal([])
    expect(await target.made()).to.deep.equal([])
    expect(await foldersOnNode('after-the-sweep')).not.to.include('kata-conformance')
  })

  it('keeps the namespace that says so: exit code 3, and clean finds what is left', async () => {
    const { end, folder } = await run(Infinity)
    const { runId, leaked, notes } = recordOf(folder)
    const namespace = `kata-conformance-${runId}-privileged`
    expect(end.code, end.stderr).to.equal(3)
    expect(leaked.map(({ kind, name }) => `${kind}/${name}`)).to.deep.equal([`Namespace/${namespace}`])
    expect(end.stdout).to.include(`left behind: Namespace ${namespace}; kata-conformance clean --run ${runId}`)
    expect(notes.join('\n')).to.match(/what the run has made on node kata-1 may be there still: .*clean --run/)
    expect(await target.made()).to.deep.equal([`Namespace/${namespace}`])
    expect(await foldersOnNode('after-the-run')).to.include(`kata-conformance-${runId}-`)
    const cleaned = await command(['clean', '--kubeconfig', target.kubeconfig, '--all'])
    expect(cleaned.code, cleaned.stderr).to.equal(0)
    expect(cleaned.stdout).to.include(`Node/kata-1//var/tmp/kata-conformance-${runId}-`)
    expect(await target.made()).to.deep.equal([])
  })
})
