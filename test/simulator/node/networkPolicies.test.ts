import { expect } from 'chai'
import type { KubeClient } from '../../../sim/kubeClient.ts'
import { createNetworkPolicies } from '../../../sim/node/networkPolicies.ts'

const pod = (name: string, ip: string, labels: Record<string, string>, namespace = 'one') => ({
  metadata: { name, namespace, labels },
  spec: {},
  status: { phase: 'Running', podIPs: [{ ip }] },
})

const pods = [
  pod('server', '10.0.0.1', { app: 'server' }),
  pod('friend', '10.0.0.2', { app: 'friend' }),
  pod('stranger', '10.0.0.3', { app: 'stranger' }),
  pod('far', '10.0.1.2', { app: 'friend' }, 'two'),
]

const namespaces = [
  { metadata: { name: 'one', labels: { team: 'a' } } },
  { metadata: { name: 'two', labels: { team: 'b' } } },
]

function policiesOf(...specs: object[]) {
  const lists: Record<string, unknown[]> = {
    '/api/v1/pods': pods,
    '/api/v1/namespaces': namespaces,
    '/apis/networking.k8s.io/v1/networkpolicies': specs.map((spec) => ({ metadata: { namespace: 'one' }, spec })),
  }
  const client = { list: (path: string) => Promise.resolve({ items: lists[path] ?? [] }) } as unknown as KubeClient
  const policies = createNetworkPolicies(client)
  return (from: string, port = 80, to = '10.0.0.1') => policies.allows({ from, to, port, protocol: 'TCP' })
}

const server = { podSelector: { matchLabels: { app: 'server' } } }

describe('NetworkPolicies of the simulated cluster', () => {
  it('leave everything open where there are none, or none selects the pod', async () => {
    expect(await policiesOf()('10.0.0.3')).to.equal(true)
    expect(await policiesOf({ podSelector: { matchLabels: { app: 'other' } } })('10.0.0.3')).to.equal(true)
  })

  it('isolate the pods that they select, in the direction that they name', async () => {
    expect(await policiesOf(server)('10.0.0.3')).to.equal(false)
    expect(await policiesOf({ ...server, policyTypes: ['Egress'] })('10.0.0.3')).to.equal(true)
    const out = policiesOf({ podSelector: { matchLabels: { app: 'stranger' } }, policyTypes: ['Egress'], egress: [] })
    expect([await out('10.0.0.3'), await out('10.0.0.2')]).to.deep.equal([false, true])
  })

  it('add up: one rule that allows is enough', async () => {
    const ask = policiesOf(server, {
      ...server,
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
    })
    expect([await ask('10.0.0.2'), await ask('10.0.0.3'), await ask('10.0.1.2')]).to.deep.equal([true, false, false])
  })

  it('know namespaces, blocks of addresses and ports', async () => {
    const team = { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['b'] }] } }
    expect(await policiesOf({ ...server, ingress: [{ from: [team] }] })('10.0.1.2')).to.equal(true)
    const block = { ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.3/32'] } }
    const ask = policiesOf({ ...server, ingress: [{ from: [block], ports: [{ port: 80 }] }] })
    expect([await ask('10.0.0.2'), await ask('10.0.0.3'), await ask('10.0.0.2', 81)]).to.deep.equal([
      true,
      false,
      false,
    ])
  })
})
