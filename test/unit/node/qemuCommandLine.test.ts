import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { qemuCommandLine, valueOf } from '../../../helpers/node/qemuCommandLine.ts'

/** Arguments of a QEMU that Kata 3.26.0 started; -append is the only one with blanks. */
const recorded = readFileSync(new URL('../guest/fixtures/qemu-argv-kata-3.26.txt', import.meta.url), 'utf8').trim()
const [before = '', rest = ''] = recorded.split(' -append ')
const [append = '', after = ''] = rest.split(' -pidfile ')
const argv = [...before.split(' '), '-append', append, '-pidfile', ...after.split(' ')]

describe('command line of a QEMU sandbox', () => {
  const qemu = qemuCommandLine(argv)

  it('reads machine, CPU and sizes', () => {
    expect(qemu.machine).to.deep.equal(['q35', 'accel=kvm', 'nvdimm=on'])
    expect(qemu.cpu).to.deep.equal(['host', 'pmu=off'])
    expect(qemu.memory).to.deep.equal({ bootMiB: 2048, slots: 10, maxMiB: 10976 })
    expect(qemu.vcpus).to.deep.equal({ boot: 1, max: 1 })
  })

  it('finds kernel and image, and takes no shared memory, pipe or socket for an image', () => {
    expect(qemu.kernel).to.equal('/opt/kata/share/kata-containers/vmlinux-6.18.5-177')
    expect(qemu.initrd).to.equal(null)
    expect(qemu.images).to.deep.equal(['/opt/kata/share/kata-containers/kata-containers.img'])
  })

  it('finds the guest CID of the vsock device', () => {
    const vsock = qemu.devices.find((device) => device.startsWith('vhost-vsock-pci'))
    expect(valueOf(vsock ?? '', 'guest-cid')).to.equal('3754278354')
  })

  it('reads the sizes as the Rust shim writes them', () => {
    const rust = argv.map((each) => (each.startsWith('2048M') ? '2G,slots=10,maxmem=31G' : each))
    expect(qemuCommandLine(rust).memory).to.deep.equal({ bootMiB: 2048, slots: 10, maxMiB: 31744 })
  })

  it('reads -m without slots', () => {
    const fixed = argv.map((each) => (each.startsWith('2048M') ? '2304M' : each))
    expect(qemuCommandLine(fixed).memory).to.deep.equal({ bootMiB: 2304, slots: null, maxMiB: null })
  })

  it('says which argument is missing', () => {
    expect(() => qemuCommandLine(['/usr/bin/qemu'])).to.throw('the hypervisor has no -name')
  })
})
