import { expect } from 'chai'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { command } from '../harness/commandLine.ts'
import { redsOf, redsOfBoth } from '../mutation/joinedComparison.ts'
import { runChecks } from '../mutation/simulatedRun.ts'
import { CONTEXT, joinableCluster, startJoined, type JoinedCluster } from './joinedCluster.ts'
import { FIRST_START_MS, type TestCluster } from './testCluster.ts'

const OURS = 'kata-conformance.dev/simulated=true'
const KINDS = [
  ['v1', 'Node'],
  ['v1', 'Namespace'],
  ['node.k8s.io/v1', 'RuntimeClass'],
  ['apps/v1', 'DaemonSet'],
  ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
] as const

/** Claims of every kind: the VM, its memory and CPUs, out of memory, PID namespaces, mounts over /proc, overhead, containerd's view. */
const BEHAVIOURS = [
  'KATA-RTCLASS-008',
  'KATA-RTCLASS-009',
  'KATA-RTCLASS-015',
  'KATA-ARCH-004',
  'KATA-MEM-005',
  'KATA-CPU-005',
  'KATA-OOM-001',
  'KATA-PIDNS-001',
  'KATA-PROC-001',
]
const CLASSES = ['kata-qemu']

/** Faults of each kind, and checks of which the first turns red. `npm run mutation:joined` has more of them, against all checks. */
const FAULTS: [kind: string, fault: string, behaviours: string[]][] = [
  ['sizing', 'guest-sees-node-memory', ['KATA-MEM-003', 'KATA-MEM-005']],
  ['isolation', 'runc-behind-kata-handlers', ['KATA-RTCLASS-008', 'KATA-PIDNS-001']],
  ['storage', 'emptydir-subpath-file-empty', ['KATA-SUBPATH-002', 'KATA-SUBPATH-003']],
  ['network', 'kata-pod-cuts-the-nodes-network', ['KATA-NET-002', 'KATA-RTCLASS-016']],
  ['refusal', 'allowed-proc-destinations-refused', ['KATA-PROC-002', 'KATA-PROC-003']],
]

describe('simulated nodes on a real control plane', function () {
  this.timeout(300_000)
  let real: TestCluster
  let cluster: Cluster

  before(async function () {
    this.timeout(FIRST_START_MS)
    const found = await joinableCluster('joined')
    if ('reason' in found) return this.skip()
    real = found
    cluster = await connect({ kubeconfig: real.kubeconfig })
  })
  after(async () => {
    await cluster?.close()
    await real?.down()
  })

  const made = async (): Promise<string[]> => {
    const lists = KINDS.map(async ([apiVersion, kind]) => {
      const items = await cluster.list({ apiVersion, kind, labelSelector: OURS })
      return items.map(({ metadata }) => `${kind} ${metadata.name}`)
    })
    return (await Promise.all(lists)).flat()
  }
  const leases = async (): Promise<string[]> =>
    (await cluster.list({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'kube-node-lease' }))
      .map(({ metadata }) => metadata.name ?? '')
      .filter((name) => name.startsWith('kata-'))

  describe('while they are there', () => {
    let joined: JoinedCluster
    before(async () => {
      joined = await startJoined(real, ['--scenario', 'small'])
    })
    after(() => joined?.close())

    it('are Ready to the real scheduler, with kata-deploy rolled out by the real controllers', async () => {
      const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node', labelSelector: OURS })
      expect(nodes.map(({ metadata }) => metadata.name)).to.have.members(['kata-1', 'kata-2'])
      for (const node of nodes) expect(readyOf(node)).to.equal('True')
      expect(await leases()).to.have.members(['kata-1', 'kata-2'])
    })

    it('bear out the claims of the suite', async () => {
      const record = await runChecks(real.kubeconfig, {
        behaviours: BEHAVIOURS,
        classes: CLASSES,
        maxArms: 16,
      })
      expect(record.simulated).to.equal(true)
      expect(redsOf(record)).to.deep.equal([])
      expect(record.arms.filter(({ verdict }) => verdict === 'passed')).to.have.length.above(BEHAVIOURS.length - 1)
    })

    it('are joined by one simulation at a time', async () => {
      const second = await command(['sim', '--join', real.kubeconfig, '--context', CONTEXT, '--scenario', 'small'])
      expect(second.code).to.equal(2)
      expect(second.stderr).to.match(/another simulation has joined this cluster: its node kata-\d spoke \d+ s ago/)
    })
  })

  describe('under a fault', () => {
    for (const [kind, fault, behaviours] of FAULTS)
      it(`of ${kind}: what is red on the embedded API server is red on them, in the same words`, async () => {
        const { embedded, joined } = await redsOfBoth(real, fault, { behaviours, classes: CLASSES })
        expect(joined).to.deep.equal(embedded)
        expect(embedded.join('\n')).to.match(new RegExp(`^${behaviours[0]}.*: failed: `, 'm'))
      })
  })

  describe('when they have gone', () => {
    it('leave nothing behind', async () => {
      expect(await made()).to.deep.equal([])
      expect(await leases()).to.deep.equal([])
    })

    it('leave alone what is not theirs', async () => {
      const foreign = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'kata-qemu' }
      const { name, ...type } = foreign
      await cluster.create({ ...type, metadata: { name }, handler: name })
      try {
        const refused = await command(['sim', '--join', real.kubeconfig, '--context', CONTEXT])
        expect(refused.code).to.equal(2)
        expect(refused.stderr).to.include('the cluster has a RuntimeClass kata-qemu that no simulation made')
        expect(await made()).to.deep.equal([])
      } finally {
        await cluster.delete(foreign)
      }
    })
  })
})

const readyOf = (node: KubeObject): string | undefined =>
  (node['status'] as { conditions: { type: string; status: string }[] }).conditions.find(({ type }) => type === 'Ready')
    ?.status
