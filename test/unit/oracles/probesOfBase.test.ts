import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts } from '../../../helpers/facts/facts.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import { probesOfBase } from '../../../helpers/oracles/customClass.ts'

const node = (name: string, architecture = 'amd64') => ({
  name,
  kata: known(true, 'label'),
  schedulable: known(name !== 'cordoned', 'spec'),
  architecture: known(architecture, 'nodeInfo'),
})
const facts = {
  kataVersion: known('3.29.0', 'VERSION'),
  nodes: [node('a'), node('cordoned'), node('arm', 'arm64')],
} as unknown as ClusterFacts
const named = (base: string, ...names: readonly string[]) =>
  probesOfBase(base, {
    probes: names.map((name) => ({ node: name })) as unknown as NodeProbe[],
    facts: { cluster: facts },
    finding: () => undefined,
  }).map((probe) => probe.node)

describe('nodes whose drop-ins are compared', () => {
  it('are those with Kata that the base is for, whether pods of the class may go there or not', () => {
    expect(named('clh', 'a', 'cordoned', 'arm')).to.deep.equal(['a', 'cordoned'])
    expect(named('qemu', 'a', 'cordoned', 'arm')).to.deep.equal(['a', 'cordoned', 'arm'])
    expect(named('of-another-release', 'a', 'arm')).to.deep.equal(['a', 'arm'])
  })

  it('are at least two: one is always like itself', () => {
    expect(() => named('clh', 'a', 'arm')).to.throw('only a has Kata, its base clh and a probe')
  })
})
