import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { qemuCommandLine, valueOf } from '../../../helpers/node/qemuCommandLine.ts'

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixtures', 'qemu-argv.json'), 'utf8'),
) as string[]

/** The recorded command line with another value of one option. */
const withOption = (option: string, value: string): string[] =>
  recorded.map((each, at) => (recorded[at - 1] === option ? value : each))

describe('QEMU command line', () => {
  it('reads a recorded one of Kata 3.26.0', () => {
    const found = qemuCommandLine(recorded)
    expect(found.name).to.equal('sandbox-bc887ff835ad02e754d0554467245594431af5a40bf3f4550b4211cad0aaa129')
    expect(found.memory).to.deep.equal({ bootMiB: 2048, slots: 10, maxMiB: 10976 })
    expect(found.vcpus).to.deep.equal({ boot: 1, max: 1 })
    expect(found.machine).to.deep.equal(['q35', 'accel=kvm', 'nvdimm=on'])
    expect(found.kernel).to.equal('/opt/kata/share/kata-containers/vmlinux-6.18.5-177')
    expect(found.initrd).to.equal(null)
    expect(found.images).to.deep.equal(['/opt/kata/share/kata-containers/kata-lab.image'])
    const vsock = found.devices.find((each) => each.startsWith('vhost-vsock-pci')) ?? ''
    expect(valueOf(vsock, 'guest-cid')).to.equal('3754278354')
    const network = found.devices.find((each) => each.includes('virtio-net-pci')) ?? ''
    expect(valueOf(network, 'mac')).to.equal('6e:04:8e:1d:3d:d6')
  })

  it('reads sizes with other units', () => {
    expect(qemuCommandLine(withOption('-m', '2G,slots=10,maxmem=31G')).memory).to.deep.equal({
      bootMiB: 2048,
      slots: 10,
      maxMiB: 31744,
    })
    expect(qemuCommandLine(withOption('-m', '256')).memory).to.deep.equal({ bootMiB: 256, slots: null, maxMiB: null })
    expect(qemuCommandLine(withOption('-m', 'size=512M,maxmem=1073741824')).memory).to.deep.equal({
      bootMiB: 512,
      slots: null,
      maxMiB: 1024,
    })
    expect(qemuCommandLine(withOption('-smp', 'cpus=2,maxcpus=8')).vcpus).to.deep.equal({ boot: 2, max: 8 })
  })

  it("takes nothing from the guest's kernel command line for an option", () => {
    expect(qemuCommandLine(withOption('-append', 'quiet -m 9999M -smp 64')).memory.bootMiB).to.equal(2048)
  })

  it('says which argument is missing or is no size', () => {
    expect(() => qemuCommandLine(['qemu', '-name', 'sandbox-1'])).to.throw('the hypervisor has no -machine')
    expect(() => qemuCommandLine(withOption('-m', 'much'))).to.throw('not a size of QEMU: "much"')
  })
})
