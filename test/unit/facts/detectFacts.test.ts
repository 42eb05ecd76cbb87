import { expect } from 'chai'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { factRecords } from '../../../helpers/facts/factRecords.ts'
import { warnings } from '../../../helpers/facts/warnings.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import { FactRecord } from '../../../reports/record/journal.ts'
import { nodeInMemory } from '../node/host.ts'
import { clusterOfObjects } from './clusterOfObjects.ts'
import { kataDeployDaemonSet, kataNode, kataQemu, node, pod, runtimeClass } from './objects.ts'

const noProbes = { probes: () => null }
const configuration = '/opt/kata/share/defaults/kata-containers/runtimes/qemu/configuration-qemu.toml'
const containerd = (type: string) => `version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
options = { SystemdCgroup = true }
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata-qemu]
runtime_type = "${type}"
${type.includes('kata') ? `options = { ConfigPath = "${configuration}" }` : ''}
`
const kataFiles = {
  '/etc/containerd/config.toml': containerd('io.containerd.kata-qemu.v2'),
  '/opt/kata/VERSION': '3.26.0\n',
  [configuration]: `[hypervisor.qemu]
kernel = "/opt/kata/share/kata-containers/vmlinux.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
default_vcpus = 1
default_maxvcpus = 0
default_memory = 2048
disable_block_device_use = true
shared_fs = "virtio-fs"
enable_annotations = ["enable_iommu", "kernel_params"]
[runtime]
static_sandbox_resource_mgmt = false
sandbox_cgroup_only = false
`,
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
  '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
  '/sys/class/dmi/id/product_name': 'Standard PC (Q35 + ICH9, 2009)\n',
}

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

  it('does not rule out nodes in a cluster where nobody set the label', async () => {
    const facts = await detectFacts(clusterOfObjects([node('n1'), runtimeClass('kata-qemu')]), noProbes)
    expect(facts.nodes[0]?.kata.value).to.equal(null)
    expect(facts.nodes[0]?.kata.how).to.contain('RuntimeClass kata-qemu can send pods here')
  })
})

describe('facts with a node probe', () => {
  it("reads the class's effective configuration and the node", async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), { probes: () => probe })
    const [kata] = facts.classes
    expect(kata?.runtimeType?.value).to.equal('io.containerd.kata-qemu.v2')
    expect(kata?.shim.value).to.equal('go')
    expect(kata?.sizing.value).to.equal('hotplug')
    expect(kata?.defaultMemoryMiB.value).to.equal(2048)
    expect(kata?.maxVcpus.value).to.equal(4)
    expect(kata?.blockDeviceUse.value).to.equal(false)
    expect(kata?.sandboxOverheadMiB.value).to.equal(0)
    expect(kata?.initrdPath.value).to.equal('')
    expect(kata?.enabledAnnotations.value).to.deep.equal(['enable_iommu', 'kernel_params'])
    expect(facts.kataVersion).to.include({ value: '3.26.0', how: '/opt/kata/VERSION' })
    expect(facts.defaultRuntime.value).to.equal('runc (io.containerd.runc.v2)')
    expect(facts.nodes[0]?.cgroupVersion.value).to.equal(2)
    expect(facts.nodes[0]?.machine.value).to.equal('QEMU Standard PC (Q35 + ICH9, 2009)')
    expect(facts.nodes[0]?.memTotalKiB.value).to.equal(null)
    expect(warnings(facts).join('\n')).to.contain('cgroup v2 with the systemd driver')
  })

  it('reads the release where the shims are installed', async () => {
    const handler =
      containerd('io.containerd.kata-qemu.v2') +
      'runtime_path = "/opt/kata-blue/runtime-rs/bin/containerd-shim-kata-v2"\n'
    const files: Record<string, string> = { ...kataFiles }
    delete files['/opt/kata/VERSION']
    const { probe } = await nodeInMemory({
      ...files,
      '/etc/containerd/config.toml': handler,
      '/opt/kata-blue/VERSION': '4.1.0\n',
    })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), { probes: () => probe })
    expect(facts.kataVersion).to.include({ value: '4.1.0', how: '/opt/kata-blue/VERSION' })
  })

  it('unmasks a handler that runs something else, and holds its class to what the name promises', async () => {
    const { probe } = await nodeInMemory({
      ...kataFiles,
      '/etc/containerd/config.toml': containerd('io.containerd.runc.v2'),
    })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), { probes: () => probe })
    const [kata] = facts.classes
    const promised = [kata?.shim, kata?.hypervisor, kata?.sizing, kata?.defaultMemoryMiB, kata?.sharedFs]
    expect(promised.map((fact) => fact?.value)).to.deep.equal(['go', 'qemu', 'hotplug', 2048, 'virtio-fs'])
    for (const fact of promised) {
      expect(fact?.how).to.contain('what kata-deploy ships, for shim qemu')
      expect(fact?.how).to.contain(
        'containerd on n1 runs handler kata-qemu with io.containerd.runc.v2, which is not Kata',
      )
    }
    // What the name does not promise stays unknown.
    expect(kata?.kernelPath.value).to.equal(null)
    expect(warnings(facts)).to.include(
      'RuntimeClass kata-qemu: containerd runs its handler with io.containerd.runc.v2, which is not Kata: these pods are not in a VM',
    )
  })

  it('holds a custom class that something else runs to what the profile declares, and to nothing without one', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': containerd('io.containerd.runc.v2').replaceAll('kata-qemu', 'kata-small'),
    })
    const objects = [kataNode('n1'), runtimeClass('kata-small')]
    const plain = await detectFacts(clusterOfObjects(objects), { probes: () => probe })
    expect(plain.classes[0]?.hypervisor).to.deep.equal({
      value: null,
      how: 'containerd on n1 runs handler kata-small with io.containerd.runc.v2, which is not Kata',
    })
    expect(plain.kataVersion.value).to.equal(null)
    const held = await detectFacts(clusterOfObjects(objects), {
      probes: () => probe,
      declared: [{ name: 'kata-small', base: 'clh', defaultMemoryMiB: 256 }],
      declaredVersion: '3.26.0',
    })
    expect(held.classes[0]?.hypervisor.value).to.equal('cloud-hypervisor')
    expect(held.classes[0]?.defaultMemoryMiB.value).to.equal(256)
    expect(held.classes[0]?.defaultMemoryMiB.how).to.contain("the profile's settings")
    expect(held.kataVersion).to.include({ value: '3.26.0' })
    expect(held.kataVersion.how).to.match(/^the profile says so, the cluster does not tell: /)
  })

  it('believes a node that runs a class with Kata, whatever another one runs it with', async () => {
    const real = await nodeInMemory(kataFiles)
    const other = await nodeInMemory({
      ...kataFiles,
      '/etc/containerd/config.toml': containerd('io.containerd.runc.v2'),
    })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataNode('n2'), kataQemu]), {
      probes: (name) => (name === 'n1' ? other.probe : real.probe),
    })
    expect(facts.classes[0]?.defaultMemoryMiB.how).to.contain('/opt/kata')
  })

  it('knows nothing of a class on which its nodes disagree', async () => {
    const first = await nodeInMemory(kataFiles)
    const other = await nodeInMemory({
      ...kataFiles,
      [`${configuration.slice(0, configuration.lastIndexOf('/'))}/config.d/50.toml`]:
        '[hypervisor.qemu]\ndefault_memory = 512\n',
      '/opt/kata/VERSION': '3.27.0\n',
    })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataNode('n2'), kataQemu]), {
      probes: (name) => (name === 'n1' ? first.probe : other.probe),
    })
    expect(facts.classes[0]?.defaultMemoryMiB).to.deep.equal({
      value: null,
      how: 'nodes disagree: 2048 on n1, 512 on n2',
    })
    expect(facts.classes[0]?.defaultVcpus.value).to.equal(1)
    expect(facts.kataVersion).to.deep.equal({ value: null, how: 'nodes disagree: "3.26.0" on n1, "3.27.0" on n2' })
  })

  it('reports a handler that containerd does not have', async () => {
    const { probe } = await nodeInMemory({ '/etc/containerd/config.toml': 'version = 2\n' })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), { probes: () => probe })
    expect(facts.classes[0]?.sizing.how).to.contain(
      'containerd on n1 has no runtime kata-qemu (/etc/containerd/config.toml)',
    )
    expect(warnings(facts).join('\n')).to.contain(
      'containerd on n1 has no runtime kata-qemu (/etc/containerd/config.toml): its pods will not start',
    )
  })
})

describe('facts as records', () => {
  it('fit the run record, every one with how it is known', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), {
      probes: () => probe,
      declared: ['kata-qemu'],
    })
    const records = factRecords(facts)
    for (const record of records) expect(FactRecord.parse(record).how).to.not.equal('')
    const value = (subject: string, name: string) =>
      records.find((each) => each.subject === subject && each.name === name)
    expect(value('class/kata-qemu', 'defaultMemoryMiB')).to.include({
      value: 2048,
      unit: 'MiB',
      evidence: 'default_memory = 2048',
    })
    expect(value('class/kata-qemu', 'nodeSelector')?.value).to.deep.equal(['katacontainers.io/kata-runtime=true'])
    expect(value('node/n1', 'cpus')).to.include({ value: 4, unit: 'CPUs' })
    expect(value('cluster', 'declared')?.value).to.deep.equal(['kata-qemu'])
  })
})
