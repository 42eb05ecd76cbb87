import { expect } from 'chai'
import { parseSymbols } from '../../../helpers/guest/bpf.ts'
import { bpfObject } from '../../../helpers/guest/bpfObject.ts'
import { routeMtus } from '../../../helpers/oracles/ciliumMtu.ts'
import { readBpfObject } from '../../../sim/machine/applets/bpfObjectFile.ts'

describe('eBPF', () => {
  it('makes an object file with one named program in the section of its kind', () => {
    const { name, section, instructions } = readBpfObject(bpfObject('xdp', 'kc_0123456789'))
    expect({ name, section }).to.deep.equal({ name: 'kc_0123456789', section: 'xdp' })
    // mov r0, XDP_PASS; exit
    expect(Buffer.from(instructions).toString('hex')).to.equal('b7000000020000009500000000000000')
    expect(readBpfObject(bpfObject('socket', 'a')).section).to.equal('socket')
  })

  it('is an ELF file of the eBPF machine, in whole sections', () => {
    const file = bpfObject('socket', 'kc_x')
    expect(file.subarray(0, 4).toString('latin1')).to.equal('\x7fELF')
    expect(file.readUInt16LE(18)).to.equal(247)
    expect(file.length).to.equal(Number(file.readBigUInt64LE(40)) + 5 * 64)
  })

  it('reads programs among the symbols of a kernel, with and without a name', () => {
    const text =
      'ffffffff81000000 T _text\nffffffffc0201000 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]\nffffffffc0202000 t bpf_prog_03b4eaae2f14641a\t[bpf]\nffffffff82000000 t bpf_prog_put\n'
    expect(parseSymbols(text)).to.deep.equal([
      { tag: '6deef7357e7b4530', name: 'sd_fw_egress' },
      { tag: '03b4eaae2f14641a', name: '' },
    ])
  })
})

describe('MTU of routes under Cilium', () => {
  it("is the guide's table at 1500", () => {
    expect(routeMtus(1500, ['vxlan'])).to.deep.equal([1450])
    expect(routeMtus(1500, ['geneve'])).to.deep.equal([1450])
    expect(routeMtus(1500, ['wireguard'])).to.deep.equal([1420])
  })

  it('takes a tunnel within WireGuard as Cilium before and since 1.16 does', () => {
    expect(routeMtus(1500, ['vxlan', 'wireguard'])).to.deep.equal([1370, 1420])
  })
})
