import { expect } from 'chai'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { factRecords } from '../../../helpers/facts/factRecords.ts'
import { warnings } from '../../../helpers/facts/warnings.ts'
import { FactRecord } from '../../../reports/record/journal.ts'
import { nodeInMemory } from '../node/host.ts'
import { clusterOfObjects } from './clusterOfObjects.ts'
import { configuration, containerd, kataFiles } from './kataFiles.ts'
import { kataNode, kataQemu, runtimeClass } from './objects.ts'

describe('facts with a node probe', () => {
  it("reads the class's effective configuration and the node", async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataQemu]), { probes: () => probe })
    const [kata] = facts.classes
    expect(kata?.runtimeType?.value).to.equal('io.containerd.kata-qemu.v2')
    expect(kata?.shim.value).to.equal('go')
    expect(kata?.sizing.value).to.equal('hotplug')
    expect(kata?.defaultMemoryMiB.value).to.equal(2048)
    expect(kata?.maxVcpus.value).to.equal(0)
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

  it('knows the most vCPUs of a class whose nodes have different numbers of CPUs', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const larger = { ...kataNode('n2'), status: { capacity: { cpu: '64' } } }
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), larger, kataQemu]), { probes: () => probe })
    expect(facts.classes[0]?.maxVcpus.value).to.equal(0)
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
