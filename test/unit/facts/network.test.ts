import { expect } from 'chai'
import { detectCilium, encapsulations, replacesKubeProxy } from '../../../helpers/facts/cilium.ts'
import { detectCni, readCni } from '../../../helpers/facts/cni.ts'
import { nodeInMemory } from '../node/host.ts'

const found = (data: Record<string, string> | null) => ({
  find: () => Promise.resolve(data === null ? null : { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data }),
})

describe('facts about the network', () => {
  it("has Cilium's settings, none where it does not run, and unknown where they may not be read", async () => {
    expect((await detectCilium(found({ 'routing-mode': 'tunnel' }))).value).to.deep.equal({ 'routing-mode': 'tunnel' })
    expect((await detectCilium(found(null))).value).to.deep.equal({})
    const forbidden = Object.assign(new Error('configmaps "cilium-config" is forbidden'), { code: 403 })
    const fact = await detectCilium({ find: () => Promise.reject(forbidden) })
    expect(fact.value).to.equal(null)
    expect(fact.how).to.include('cannot be read')
  })

  it('tells encapsulations, of keys old and new', () => {
    expect(encapsulations({})).to.deep.equal([])
    expect(encapsulations({ 'routing-mode': 'tunnel', 'tunnel-protocol': 'geneve' })).to.deep.equal(['geneve'])
    expect(encapsulations({ 'routing-mode': 'tunnel' })).to.deep.equal(['vxlan'])
    expect(encapsulations({ 'routing-mode': 'native', 'enable-wireguard': 'true' })).to.deep.equal(['wireguard'])
    expect(encapsulations({ tunnel: 'disabled' })).to.deep.equal([])
    expect(encapsulations({ tunnel: 'vxlan', 'enable-wireguard': 'true' })).to.deep.equal(['vxlan', 'wireguard'])
  })

  it('tells whether Cilium is in the place of kube-proxy', () => {
    expect(replacesKubeProxy({ 'kube-proxy-replacement': 'strict' })).to.equal(true)
    expect(replacesKubeProxy({ 'kube-proxy-replacement': 'false' })).to.equal(false)
    expect(replacesKubeProxy({})).to.equal(false)
  })

  it("reads the first of the CNI's configurations", async () => {
    const { probe } = await nodeInMemory({
      '/etc/cni/net.d/10-bridge.conflist': '{"plugins":[{"type":"bridge","bridge":"br0"},{"type":"portmap"}]}',
      '/etc/cni/net.d/20-other.conf': '{"type":"macvlan"}',
      '/etc/cni/net.d/05-cilium.conflist.cilium_bak': '{}',
    })
    expect((await detectCni(probe)).value).to.deep.equal({ plugins: ['bridge', 'portmap'], bridge: 'br0' })
    expect((await detectCni(null)).value).to.equal(null)
  })

  it('knows that flannel hands its work to the bridge, and what is no configuration', () => {
    expect(readCni('a', '{"plugins":[{"type":"flannel","delegate":{"isDefaultGateway":true}}]}').value).to.deep.equal({
      plugins: ['flannel'],
      bridge: 'cni0',
    })
    expect(readCni('a', '{"type":"cilium-cni"}').value).to.deep.equal({ plugins: ['cilium-cni'], bridge: null })
    expect(readCni('a', '{').value).to.equal(null)
  })
})
