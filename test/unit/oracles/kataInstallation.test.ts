import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../../../helpers/facts/facts.ts'
import { baseOfACustomClass, custom, familyOfBase } from '../../../helpers/oracles/customClass.ts'
import {
  configurations,
  containerdFolder,
  hypervisorPaths,
  installsAll,
  programBehind,
  shimPath,
} from '../../../helpers/oracles/kataInstallation.ts'
import { kataNodeNames, kataProbes, someKataNode } from '../../../helpers/oracles/kataNodes.ts'

describe('where Kata is installed', () => {
  it('shims and configurations by family', () => {
    expect(shimPath('/opt/kata', 'go')).to.equal('/opt/kata/bin/containerd-shim-kata-v2')
    expect(shimPath('/opt/kata-b', 'rust')).to.equal('/opt/kata-b/runtime-rs/bin/containerd-shim-kata-v2')
    expect(configurations('/opt/kata', 'rust')).to.equal('/opt/kata/share/defaults/kata-containers/runtime-rs')
  })

  it('hypervisors: another build of Cloud Hypervisor on Azure Linux, none for those within the shim', () => {
    expect(hypervisorPaths('/opt/kata', 'qemu', null)).to.deep.equal([
      '/opt/kata/bin/qemu-system-x86_64',
      '/opt/kata/bin/qemu-system-x86_64-installation-prefix',
    ])
    expect(hypervisorPaths('/opt/kata', 'cloud-hypervisor', 'Microsoft Azure Linux 3.0')[0]).to.equal(
      '/opt/kata/bin/cloud-hypervisor-glibc',
    )
    expect(hypervisorPaths('/opt/kata', 'cloud-hypervisor', 'Ubuntu 24.04 LTS')).to.deep.equal([
      '/opt/kata/bin/cloud-hypervisor',
    ])
    expect(hypervisorPaths('/opt/kata', 'dragonball', null)).to.deep.equal([])
  })

  it('all of a release until 4.1, whatever shims are enabled', () => {
    expect(['3.26.0', '4.0.0', '4.1.0', '4.2.0', null].map(installsAll)).to.deep.equal([true, true, false, false, null])
  })

  it('the script around QEMU of a second installation runs that very QEMU', () => {
    expect(programBehind('/opt/kata-b/bin/qemu-system-x86_64-installation-prefix')).to.equal(
      '/opt/kata-b/bin/qemu-system-x86_64',
    )
    expect(programBehind('/opt/kata/bin/firecracker')).to.equal('/opt/kata/bin/firecracker')
  })

  const folders: [distribution: string, folder: string][] = [
    ['RKE2', '/var/lib/rancher/rke2/agent/etc/containerd/'],
    ['K3s', '/var/lib/rancher/k3s/agent/etc/containerd/'],
    ['k0s', '/etc/k0s/'],
    ['MicroK8s', '/var/snap/microk8s/current/args/'],
    ['kubernetes', '/etc/containerd/'],
    ['EKS', '/etc/containerd/'],
  ]
  for (const [distribution, folder] of folders)
    it(`containerd of ${distribution} is configured in ${folder}`, () => {
      expect(containerdFolder(distribution)).to.equal(folder)
    })
})

const ofClass = (name: string, handler: string) =>
  ({ name, handler: known(handler, 'API'), shim: known('go', 'TOML'), hypervisor: known('qemu', 'TOML') }) as ClassFacts

describe('classes of custom runtimes', () => {
  const stock = ofClass('kata-qemu', 'kata-qemu')
  const minimal = ofClass('small', 'kata-qemu-minimal')
  const cluster = { classes: [stock, minimal] } as unknown as ClusterFacts

  it('are told by their handler, not by their name', () => {
    expect(custom(minimal, cluster)).to.equal(true)
    expect(custom(stock, cluster)).to.deep.equal({ no: "kata-qemu is one of kata-deploy's own shims" })
    expect(custom({ ...stock, handler: unknown('no right') }, cluster)).to.deep.equal({
      unknown: 'handler is unknown: no right',
    })
  })

  it('have the class of the same shim and VMM as their base', () => {
    expect(baseOfACustomClass(stock, cluster)).to.equal(true)
    expect(baseOfACustomClass(minimal, cluster)).to.have.property('no')
    expect(baseOfACustomClass(stock, { classes: [stock] } as unknown as ClusterFacts)).to.have.property('no')
  })

  it('are served by the shim of their base', () => {
    expect([familyOfBase('qemu'), familyOfBase('qemu-runtime-rs'), familyOfBase('quemu')]).to.deep.equal([
      'go',
      'rust',
      null,
    ])
  })
})

describe('nodes with Kata', () => {
  const facts = {
    nodes: [
      { name: 'a', kata: known(true, 'label') },
      { name: 'b', kata: known(false, 'no label') },
      { name: 'c', kata: unknown('nobody knows') },
    ],
  } as unknown as ClusterFacts

  it('are those that are known to have it', () => {
    expect(kataNodeNames(facts)).to.deep.equal(['a'])
    expect(someKataNode(facts)).to.equal(true)
    expect(someKataNode({ nodes: [] } as unknown as ClusterFacts)).to.have.property('no')
  })

  const look = (cluster: ClusterFacts, ...names: readonly string[]) => {
    const findings: string[] = []
    const probes = names.map((node) => ({ node })) as never
    const found = kataProbes({ probes, facts: { cluster }, finding: (text) => findings.push(text) })
    return { nodes: found.map(({ node }) => node), findings }
  }

  it('are looked at by their probes, and not knowing is said where there are none', () => {
    expect(look(facts, 'a', 'c').nodes).to.deep.equal(['a'])
    expect(() => look(facts, 'c')).to.throw('what the nodes with Kata have is unknown: a have no probe')
  })

  it('are named where they have no probe and others have one', () => {
    const two = { nodes: [...facts.nodes, { name: 'd', kata: known(true, 'label') }] } as unknown as ClusterFacts
    expect(look(two, 'a')).to.deep.equal({ nodes: ['a'], findings: ['not looked at, without a probe: d'] })
    expect(look(two, 'a', 'd').findings).to.deep.equal([])
  })
})
