import { expect } from 'chai'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { warnings } from '../../../helpers/facts/warnings.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import { nodeInMemory } from '../node/host.ts'
import { clusterOfObjects } from './clusterOfObjects.ts'
import { kataFiles } from './kataFiles.ts'
import { kataDeployDaemonSet, kataNode, kataQemu, node, pod, runtimeClass } from './objects.ts'

const noProbes = { probes: () => null }

describe('facts from the API alone', () => {
  it('knows what objects say, and that the rest is unknown', async () => {
    const facts = await detectFacts(
      clusterOfObjects([
        kataNode('n1'),
        node('n2'),
        kataQemu,
        kataDeployDaemonSet('quay.io/kata-containers/kata-deploy:3.26.0'),
      ]),
      noProbes,
    )
    expect(facts.kataVersion).to.include({ value: '3.26.0', how: 'image tag of DaemonSet kube-system/kata-deploy' })
    expect(facts.distribution.value).to.equal('RKE2')
    expect(facts.nodes.map((each) => each.kata.value)).to.deep.equal([true, false])
    expect(facts.nodes[0]?.bootId.value).to.equal('11ccb573-5fe9-4d7a-a2dc-6e9d50527bac')
    expect(facts.nodes[0]?.kvmUsable.value).to.equal(null)
    const [kata] = facts.classes
    expect(kata?.nodes).to.deep.equal(['n1'])
    expect(kata?.overheadMiB.value).to.equal(160)
    expect(kata?.hypervisor).to.deep.include({
      value: 'qemu',
      how: 'kata-deploy serves shim qemu under this handler; not seen on a node',
    })
    for (const fact of [kata?.sizing, kata?.defaultMemoryMiB, kata?.blockDeviceUse, facts.defaultRuntime]) {
      expect(fact?.value).to.equal(null)
      expect(fact?.how).to.contain('only the node probe can')
    }
  })

  it('takes no class for Kata by its name, and every class that claims to be', async () => {
    const labelled = {
      ...runtimeClass('secure', 'micro-vm'),
      metadata: { name: 'secure', labels: { 'kata-deploy/instance': 'default' } },
    }
    const objects = [
      kataNode('n1'),
      kataQemu,
      labelled,
      runtimeClass('kata-fake', 'runc'),
      runtimeClass('gvisor', 'runsc'),
    ]
    const facts = await detectFacts(clusterOfObjects(objects), noProbes)
    expect(facts.classes.map((each) => each.name)).to.deep.equal(['kata-qemu', 'secure'])
    expect(facts.otherClasses).to.deep.equal(['kata-fake', 'gvisor'])
    expect(warnings(facts).join('\n')).to.contain('RuntimeClass kata-fake: only its name says Kata')
    const chosen = await detectFacts(clusterOfObjects(objects), { ...noProbes, declared: ['kata-fake'] })
    expect(chosen.classes.map((each) => each.name)).to.contain('kata-fake')
  })

  it("reads a custom runtime's drop-in from kata-deploy's ConfigMap, and guesses nothing beyond it", async () => {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kata-deploy-custom-configs', namespace: 'kube-system' },
      data: {
        'custom-runtimes.list': 'kata-qemu-minimal:qemu::\n',
        'dropin-kata-qemu-minimal.toml': '[hypervisor.qemu]\ndefault_memory = 256\n',
      },
    }
    const objects = [kataNode('n1'), runtimeClass('kata-qemu-minimal'), kataDeployDaemonSet('kata-deploy:3.26.0'), map]
    const [minimal] = (await detectFacts(clusterOfObjects(objects), noProbes)).classes
    expect(minimal?.defaultMemoryMiB.value).to.equal(256)
    expect(minimal?.defaultMemoryMiB.how).to.contain('ConfigMap kube-system/kata-deploy-custom-configs')
    expect(minimal?.hypervisor.value).to.equal('qemu')
    expect(minimal?.shim.value).to.equal('go')
    expect(minimal?.blockDeviceUse.value).to.equal(null)
    expect(minimal?.sizing.value).to.equal(null)
  })

  it('says what may not be read instead of failing', async () => {
    const cluster = clusterOfObjects([kataNode('n1'), kataQemu], ['Pod', 'DaemonSet', 'Namespace'], false)
    const facts = await detectFacts(cluster, noProbes)
    expect(facts.nodes[0]?.requestedMiB).to.deep.equal({
      value: null,
      how: 'listing pods failed: listing Pod is forbidden',
    })
    expect(facts.kataVersion.value).to.equal(null)
    expect(facts.kataVersion.how).to.contain('listing DaemonSets failed')
    expect(facts.privilegedNamespace.value).to.equal(false)
    expect(facts.mayCreateRuntimeClasses.value).to.equal(false)
  })

  it('tells what broke while a node was read from what the node does not say', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const lost = Object.assign(new Error('the connection ended without an exit status'), {
      name: 'ExecError',
      kind: 'closed',
    })
    const broken: NodeProbe = { ...probe, containerd: () => Promise.reject(lost) }
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataNode('n2'), kataQemu]), {
      probes: (name) => (name === 'n1' ? broken : probe),
    })
    expect(facts.nodes.map(({ unread }) => unread)).to.deep.equal([`n1: ${lost.message}`, undefined])
    expect(facts.classes[0]?.unread).to.equal(`n1: ${lost.message}`)
  })

  it('ends, and guesses nothing, when the API server does not answer', async () => {
    const gone = Object.assign(new Error('connection refused'), { name: 'ApiError', code: 0 })
    const objects = clusterOfObjects([kataNode('n1'), kataQemu])
    const silent = { ...objects, may: () => Promise.reject(gone) } as typeof objects
    expect(await detectFacts(silent, noProbes).catch((error: Error) => error)).to.equal(gone)
  })

  it('counts requests, sidecars, init containers and overhead of pods that have not ended', async () => {
    const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } })
    const objects = [
      kataNode('n1'),
      pod('n1', {
        containers: [requests('100m', '64Mi'), requests('150m', '64Mi')],
        initContainers: [{ ...requests('50m', '16Mi'), restartPolicy: 'Always' }, requests('1', '32Mi')],
        overhead: { cpu: '250m', memory: '160Mi' },
      }),
      pod('n1', { containers: [requests('4', '8Gi')] }, 'Succeeded'),
      pod('n2', { containers: [requests('4', '8Gi')] }),
    ]
    const [first] = (await detectFacts(clusterOfObjects(objects), noProbes)).nodes
    expect(first?.requestedMillicores.value).to.equal(1050 + 250)
    expect(first?.requestedMiB.value).to.equal(64 + 64 + 16 + 160)
    expect(first?.requestedPods.value).to.equal(1)
  })

  it('keeps classes off nodes that their selector, a taint or a cordon closes', async () => {
    const tainted = { ...kataNode('n2'), spec: { taints: [{ key: 'gpu', value: 'x', effect: 'NoSchedule' }] } }
    const cordoned = { ...kataNode('n3'), spec: { unschedulable: true } }
    const tolerant = runtimeClass('kata-fc', 'kata-fc', {
      scheduling: { tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    })
    const facts = await detectFacts(
      clusterOfObjects([kataNode('n1'), tainted, cordoned, node('n4'), kataQemu, tolerant]),
      noProbes,
    )
    expect(facts.classes.map((each) => each.nodes)).to.deep.equal([['n1'], ['n1', 'n2', 'n4']])
  })

  it('keeps classes off nodes of an architecture that kata-deploy has not their shim for', async () => {
    const arm = kataNode('arm')
    Object.assign((arm['status'] as { nodeInfo: object }).nodeInfo, { architecture: 'arm64' })
    const classes = ['kata-qemu', 'kata-qemu-se', 'kata-clh', 'kata-qemu-minimal'].map((name) => runtimeClass(name))
    const facts = await detectFacts(
      clusterOfObjects([kataNode('n1'), arm, ...classes, kataDeployDaemonSet('kata-deploy:3.29.0')]),
      noProbes,
    )
    const [qemu, secureExecution, clh, custom] = facts.classes
    expect([qemu?.nodes, qemu?.withoutShim]).to.deep.equal([['n1', 'arm'], undefined])
    expect(secureExecution?.nodes).to.deep.equal([])
    expect(secureExecution?.withoutShim).to.equal(
      'kata-deploy has the shim of kata-qemu-se for s390x, and n1 is amd64, arm is arm64',
    )
    expect(secureExecution?.sizing.how).to.equal(secureExecution?.withoutShim)
    expect([clh?.nodes, clh?.withoutShim]).to.deep.equal([
      ['n1'],
      'kata-deploy has the shim of kata-clh for amd64, and arm is arm64',
    ])
    expect(custom?.nodes).to.deep.equal(['n1', 'arm'])
    const told = warnings(facts)
    expect(told).to.include(`RuntimeClass kata-qemu-se: not tested: ${secureExecution?.withoutShim}`)
    expect(told).to.include(`RuntimeClass kata-clh: not tested on every node that it selects: ${clh?.withoutShim}`)
  })

  it('leaves a lost node with its classes: it is missing, they are not', async () => {
    const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
    const lost = { ...kataNode('n1'), spec: { taints: [unreachable, { ...unreachable, effect: 'NoSchedule' }] } }
    const facts = await detectFacts(clusterOfObjects([lost, kataQemu]), noProbes)
    expect(facts.classes[0]?.nodes).to.deep.equal(['n1'])
  })

  it('does not rule out nodes in a cluster where nobody set the label', async () => {
    const facts = await detectFacts(clusterOfObjects([node('n1'), runtimeClass('kata-qemu')]), noProbes)
    expect(facts.nodes[0]?.kata.value).to.equal(null)
    expect(facts.nodes[0]?.kata.how).to.contain('RuntimeClass kata-qemu can send pods here')
  })
})
