import { expect } from 'chai'
import { parse } from 'smol-toml'
import { detectBlockDeviceUse } from '../../../helpers/facts/blockDeviceUse.ts'
import type { ClassOnNode } from '../../../helpers/facts/classOnNode.ts'
import { detectDefaultMemory } from '../../../helpers/facts/defaultMemory.ts'
import { detectForcesGuestPull } from '../../../helpers/facts/guestPull.ts'
import { detectHypervisor } from '../../../helpers/facts/hypervisor.ts'
import { kvmRemedies } from '../../../helpers/facts/kvmRemedies.ts'
import { settleKataVersion } from '../../../helpers/facts/kataVersion.ts'
import { shimOfHandler } from '../../../helpers/facts/kataShims.ts'
import { millicores, mebibytes, quantity } from '../../../helpers/facts/quantity.ts'
import { detectSandboxOverhead } from '../../../helpers/facts/sandboxOverhead.ts'
import { detectSharedFs } from '../../../helpers/facts/sharedFs.ts'
import { detectShimFamily } from '../../../helpers/facts/shimFamily.ts'
import { detectSizing } from '../../../helpers/facts/sizing.ts'
import { detectDefaultVcpus, detectMaxVcpus } from '../../../helpers/facts/vcpus.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { NodeFacts } from '../../../helpers/facts/facts.ts'

const on = (toml: string): ClassOnNode => ({
  node: 'n1',
  handler: 'kata-x',
  runtime: null,
  notKata: false,
  toml: { path: '/opt/kata/configuration.toml', dropIns: [], values: parse(toml) },
  partial: false,
  because: 'no configuration',
})

describe('facts of a class from its configuration', () => {
  it('tells the shim families apart, and Go and Rust names of a hypervisor', () => {
    const rust = on('[hypervisor.cloud-hypervisor]\n[runtime]\nhypervisor_name = "cloud-hypervisor"\n')
    expect(detectShimFamily(rust, null).value).to.equal('rust')
    expect(detectHypervisor(rust, null).value).to.equal('cloud-hypervisor')
    const go = on('[hypervisor.clh]\n[runtime]\n')
    expect(detectShimFamily(go, null).value).to.equal('go')
    expect(detectHypervisor(go, null).value).to.equal('cloud-hypervisor')
    expect(detectHypervisor(on('[hypervisor.nova]\n'), null).value).to.equal(null)
  })

  it('takes the default of the shim where a key is absent, and says so', () => {
    const empty = on('[hypervisor.qemu]\n[runtime]\n')
    expect(detectSizing(empty)).to.deep.include({ value: 'hotplug' })
    expect(detectSizing(empty).how).to.contain(
      'no static_sandbox_resource_mgmt in [runtime] of /opt/kata/configuration.toml on n1',
    )
    expect(detectBlockDeviceUse(empty).value).to.equal(true)
    expect(detectDefaultMemory(empty, 'go').value).to.equal(2048)
    expect(detectDefaultVcpus(empty).value).to.equal(1)
    expect(detectSharedFs(empty, 'go').value).to.equal('virtio-fs')
    expect(detectSharedFs(empty, 'rust').value).to.equal(null)
  })

  it('tells where images are pulled in the guest by force, as the Go and the Rust shims are told', () => {
    const pulls = (text: string) => detectForcesGuestPull(on(`[hypervisor.qemu]\n[runtime]\n${text}\n`)).value
    expect(pulls('experimental_force_guest_pull = true')).to.equal(true)
    expect(pulls('experimental_force_guest_pull = false')).to.equal(false)
    expect(pulls('experimental = ["force_guest_pull"]')).to.equal(true)
    expect(pulls('experimental = []')).to.equal(false)
    expect(pulls('')).to.equal(false)
  })

  it('reads sizes as the shims do', () => {
    const sized = (text: string) => on(`[hypervisor.qemu]\n${text}\n`)
    expect(detectDefaultVcpus(sized('default_vcpus = -1')).value).to.equal(-1)
    expect(detectDefaultVcpus(sized('default_vcpus = 0')).value).to.equal(1)
    expect(detectDefaultVcpus(sized('default_vcpus = 1.5')).value).to.equal(1.5)
    expect(detectDefaultVcpus(sized('default_vcpus = 9')).value).to.equal(9)
    expect(detectMaxVcpus(sized('default_maxvcpus = 2')).value).to.equal(2)
    expect(detectMaxVcpus(sized('default_maxvcpus = 0')).value).to.equal(0)
    expect(detectDefaultMemory(sized('default_memory = 128'), 'go').value).to.equal(2048)
    expect(detectDefaultMemory(sized('default_memory = 128'), 'rust').value).to.equal(128)
    expect(detectDefaultMemory(sized('default_memory = "much"'), 'go').value).to.equal(null)
    expect(detectBlockDeviceUse(sized('disable_block_device_use = true')).value).to.equal(false)
  })

  it('knows the overhead of runtime-rs from 4.0 only', () => {
    const set = on('[hypervisor.qemu]\noverhead_vcpus = 0.2\noverhead_memory = 32\n')
    expect(detectSandboxOverhead(set, 'rust', '4.0.0').sandboxOverheadVcpus.value).to.equal(0.2)
    const unset = on('[hypervisor.qemu]\n')
    expect(detectSandboxOverhead(unset, 'rust', '3.32.0').sandboxOverheadMiB.value).to.equal(0)
    expect(detectSandboxOverhead(unset, 'rust', '4.1.0').sandboxOverheadMiB.value).to.equal(null)
    expect(detectSandboxOverhead(unset, 'go', '4.1.0').sandboxOverheadMiB.value).to.equal(0)
  })

  it('knows what kata-deploy ships under a handler, and no more', () => {
    expect(shimOfHandler('kata-qemu-runtime-rs')).to.include({
      family: 'rust',
      hypervisor: 'qemu',
      confidential: false,
    })
    expect(shimOfHandler('kata-qemu-coco-dev')).to.include({ confidential: true })
    expect(shimOfHandler('kata-qemu-se')).to.include({ confidential: true })
    expect(shimOfHandler('kata-qemu-minimal')).to.equal(null)
  })
})

describe('release of Kata', () => {
  it('is what the nodes have, with what was deployed beside it when they differ', () => {
    const settled = settleKataVersion(
      [{ node: 'n1', fact: known('3.26.0', '/opt/kata/VERSION') }],
      known('3.27.0', 'image tag'),
    )
    expect(settled).to.include({ value: '3.26.0', how: '/opt/kata/VERSION; but image tag says 3.27.0' })
    expect(settleKataVersion([], known('3.27.0', 'image tag')).value).to.equal('3.27.0')
    expect(settleKataVersion([{ node: 'n1', fact: unknown('no file') }], unknown('no DaemonSet')).how).to.equal(
      'no DaemonSet; no file',
    )
  })
})

describe('quantities', () => {
  it('are read in their base unit', () => {
    expect(millicores('250m')).to.equal(250)
    expect(millicores('0.3')).to.equal(300)
    expect(mebibytes('160Mi')).to.equal(160)
    expect(quantity('1e3')).to.equal(1000)
    expect(quantity('2k')).to.equal(2000)
    expect(mebibytes('1048576')).to.equal(1)
    expect(() => quantity('much')).to.throw('"much" is not a quantity')
  })
})

describe('remedies for missing KVM', () => {
  const nodeOf = (machine: string | null, nested: boolean | null, usable: boolean | null, provider = '') =>
    ({
      kvmUsable: usable === null ? unknown('no probe') : known(usable, '/dev/kvm'),
      machine: machine === null ? unknown('no DMI') : known(machine, 'DMI'),
      nested: nested === null ? unknown('no probe') : known(nested, 'flag'),
      provider: known(provider, 'providerID'),
    }) as unknown as NodeFacts

  it('fit the maker of the machine', () => {
    const text = (node: NodeFacts) => kvmRemedies(node).join('\n')
    expect(text(nodeOf('QEMU Standard PC', true, false)))
      .to.contain('qm set <vmid> --cpu host')
      .and.to.contain('host-passthrough')
    expect(text(nodeOf('VMware, Inc. VMware7,1', true, false)))
      .to.contain('vhv.enable')
      .and.to.contain('Workstation/Fusion')
    expect(text(nodeOf('Microsoft Corporation Virtual Machine', true, false))).to.contain('Set-VMProcessor')
    expect(text(nodeOf(null, true, false, 'aws:///eu/i-1, m5.large'))).to.contain('EC2')
    expect(text(nodeOf('Dell Inc. PowerEdge', false, false))).to.contain('firmware')
    expect(text(nodeOf(null, null, false))).to.contain('parent hypervisor')
  })

  it('are none where KVM works or nobody could look', () => {
    expect(kvmRemedies(nodeOf('QEMU', true, true))).to.deep.equal([])
    expect(kvmRemedies(nodeOf('QEMU', true, null))).to.deep.equal([])
  })
})
