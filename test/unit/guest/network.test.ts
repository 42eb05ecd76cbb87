import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parseDefaultRoutes, parseInterface } from '../../../helpers/guest/network.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

describe('network of a guest, from recorded ip', () => {
  it('reads MAC and addresses of an interface', () => {
    expect(parseInterface('eth0', fixture('addresses-kata.txt'))).to.deep.equal({
      name: 'eth0',
      mac: '5e:ef:a5:09:99:37',
      addresses: ['10.244.0.10', 'fe80::5cef:a5ff:fe09:9937'],
    })
  })

  it('reads an interface without addresses', () => {
    const text = '2: eth0: <BROADCAST> mtu 1500\n    link/ether 5e:ef:a5:09:99:37 brd ff:ff:ff:ff:ff:ff\n'
    expect(parseInterface('eth0', text).addresses).to.deep.equal([])
  })

  it('finds the default route', () => {
    expect(parseDefaultRoutes(fixture('routes-kata.txt'))).to.deep.equal(['default via 10.244.0.1 dev eth0'])
    expect(parseDefaultRoutes('10.244.0.0/24 dev eth0 scope link  src 10.244.0.10\n')).to.deep.equal([])
  })
})
