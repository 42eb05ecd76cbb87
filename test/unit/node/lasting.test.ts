import { expect } from 'chai'
import { lasting } from '../../../specs/network/lasting.ts'

const rulesKept = (...rules: string[]): readonly string[] => lasting({ links: [], routes: [], rules }).rules

describe("what of a node's network no pod may change", () => {
  it('has no rule of a single pod, whichever side it is on', () => {
    expect(rulesKept('512:\tfrom all to 10.1.2.3 lookup main', '1536:\tfrom 10.1.2.3 lookup 2')).to.deep.equal([])
  })

  it('has rules of networks, of marks and of everybody', () => {
    const rules = [
      '0:\tfrom all lookup local',
      '100:\tfrom 10.1.2.128/25 lookup 7',
      '9:\tfrom all fwmark 0x200 lookup 9',
    ]
    expect(rulesKept(...rules)).to.deep.equal(rules)
  })

  it('has no address of a Service, and every other one', () => {
    const link = (name: string, addresses: string[]) =>
      ({ name, up: true, mtu: 1500, addresses, paired: false }) as never
    const { links } = lasting({
      links: [link('kube-ipvs0', ['10.96.0.1/32']), link('eth0', ['10.0.0.2/24', 'fe80::1/64'])],
      routes: [],
      rules: [],
    })
    expect(links).to.deep.equal(['kube-ipvs0 up mtu 1500 ', 'eth0 up mtu 1500 10.0.0.2/24'])
  })
})
