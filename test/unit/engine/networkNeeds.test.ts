import { expect } from 'chai'
import { unmetNeeds } from '../../../engine/plan/needs.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'

const options = { quietNodes: false, slow: false, allowNodeChanges: false, allowDisruptive: false }

const unmet = (need: string, facts: Partial<ClusterFacts>, node: Partial<NodeFacts> = {}) =>
  unmetNeeds([need], { facts: facts as ClusterFacts, node: node as NodeFacts, options })

const settings = (values: Record<string, string>) => ({ cilium: known(values, 'cilium-config') })

describe('needs about the network', () => {
  it('cilium: by its settings, and unknown is not met', () => {
    expect(unmet('cilium', settings({ 'routing-mode': 'native' }))).to.deep.equal([])
    expect(unmet('cilium', settings({}))).to.deep.equal(['needs Cilium: cilium-config'])
    expect(unmet('cilium', { cilium: unknown('forbidden') })[0]).to.include('unknown, forbidden')
  })

  it('cilium-encapsulation: a tunnel or WireGuard', () => {
    expect(unmet('cilium-encapsulation', settings({ 'routing-mode': 'tunnel' }))).to.deep.equal([])
    expect(unmet('cilium-encapsulation', settings({ 'routing-mode': 'native' }))[0]).to.include('has neither')
  })

  it('cni:bridge: called by itself or by flannel, on the node of the arm', () => {
    const cni = (plugins: string[], bridge: string | null) => ({ cni: known({ plugins, bridge }, '10.conflist') })
    expect(unmet('cni:bridge', {}, cni(['bridge', 'portmap'], 'cni0'))).to.deep.equal([])
    expect(unmet('cni:bridge', {}, cni(['flannel'], 'cni0'))).to.deep.equal([])
    expect(unmet('cni:bridge', {}, cni(['cilium-cni'], null))).to.deep.equal([
      'needs the CNI plug-in bridge: 10.conflist has cilium-cni',
    ])
    expect(unmet('cni:bridge', {}, {})[0]).to.include('unknown')
  })
})
