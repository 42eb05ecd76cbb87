import { expect } from 'chai'
import {
  classes,
  decide,
  named,
  onArchitecture,
  qemu,
  sharedByVirtiofs,
} from '../../../helpers/oracles/applicability.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'

const someClass = (facts: Partial<ClassFacts>) => ({ name: 'kata-qemu', nodes: ['n1', 'n2'], ...facts }) as ClassFacts
const withNodes = (...architectures: string[]) =>
  ({
    nodes: architectures.map(
      (architecture, at) => ({ name: `n${at + 1}`, architecture: known(architecture, 'nodeInfo') }) as NodeFacts,
    ),
  }) as unknown as ClusterFacts

const applies = (on: ReturnType<typeof classes>, facts: ClassFacts, cluster = withNodes()) => {
  if (on.scope !== 'class') throw new Error('not about classes')
  return on.applies(facts, cluster)
}

describe('which RuntimeClasses a claim is about', () => {
  it('decides by the value of a fact, and says value and source when it does not apply', () => {
    expect(decide('hypervisor', known('qemu', 'TOML'), (value) => value === 'qemu')).to.equal(true)
    expect(decide('hypervisor', known('firecracker', 'TOML'), (value) => value === 'qemu')).to.deep.equal({
      no: 'hypervisor is "firecracker" (TOML)',
    })
  })

  it('keeps unknown apart from no', () => {
    expect(applies(classes(qemu), someClass({ hypervisor: unknown('no node probe') }))).to.deep.equal({
      unknown: 'hypervisor is unknown: no node probe',
    })
  })

  it('asks every condition and answers with the first that is not met', () => {
    const facts = someClass({ hypervisor: known('qemu', 'TOML'), sharedFs: known('none', 'TOML') })
    expect(applies(classes(qemu, sharedByVirtiofs), facts)).to.deep.equal({ no: 'shared_fs is "none" (TOML)' })
    expect(applies(classes(qemu), facts)).to.equal(true)
    expect(applies(classes(), facts)).to.equal(true)
  })

  it('takes the inline daemon of Dragonball for virtio-fs', () => {
    expect(applies(classes(sharedByVirtiofs), someClass({ sharedFs: known('inline-virtio-fs', 'TOML') }))).to.equal(
      true,
    )
  })

  it('applies by name only where a claim names one class', () => {
    expect(applies(classes(named('kata-qemu')), someClass({}))).to.equal(true)
    expect(applies(classes(named('kata-clh')), someClass({}))).to.deep.equal({ no: 'the claim is about kata-clh' })
  })

  it('asks the architecture of the nodes that the class can run on', () => {
    expect(applies(classes(onArchitecture('amd64')), someClass({}), withNodes('arm64', 'amd64'))).to.equal(true)
    expect(
      applies(classes(onArchitecture('amd64')), someClass({ nodes: ['n1'] }), withNodes('arm64', 'amd64')),
    ).to.deep.equal({
      no: 'architecture of n1 is "arm64" (nodeInfo)',
    })
    expect(applies(classes(onArchitecture('amd64')), someClass({ nodes: [] }), withNodes('amd64'))).to.deep.equal({
      no: 'no node runs kata-qemu',
    })
  })
})
