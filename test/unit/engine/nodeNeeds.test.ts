import { expect } from 'chai'
import { unmetNeeds } from '../../../engine/plan/needs.ts'
import { known, unknown, type Fact } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'

const options = { quietNodes: false, slow: false, allowNodeChanges: false, allowDisruptive: false }

const node = (overrides: Partial<NodeFacts>): NodeFacts =>
  ({
    name: 'n1',
    kata: known(true, 'label'),
    schedulable: known(true, 'ready'),
    kvmUsable: known(true, '/dev/kvm opens'),
    nested: known(false, 'no flag hypervisor'),
    ...overrides,
  }) as NodeFacts

const unmet = (need: string, ...nodes: NodeFacts[]) =>
  unmetNeeds([need], { facts: { nodes } as unknown as ClusterFacts, node: nodes[0], options })

const snapshotters = (...names: string[]): Fact<readonly string[]> => known(names, 'config.toml')

describe('needs about nodes', () => {
  it('snapshotter: there, or not', () => {
    const both = node({ snapshotters: snapshotters('overlayfs', 'devmapper') })
    const one = node({ snapshotters: snapshotters('overlayfs') })
    expect(unmet('snapshotter:devmapper', both)).to.deep.equal([])
    expect(unmet('snapshotter:devmapper', one)).to.deep.equal([
      'needs the snapshotter devmapper, which is not set up here: config.toml',
    ])
    expect(unmet('snapshotter:devmapper-absent', one)).to.deep.equal([])
    expect(unmet('snapshotter:devmapper-absent', both)[0]).to.include('which is set up here')
  })

  it('nydus: the one of a second installation too', () => {
    const second = node({ snapshotters: snapshotters('overlayfs', 'nydus-foo') })
    const none = node({ snapshotters: snapshotters('overlayfs', 'nydusify') })
    expect(unmet('nydus:present', second)).to.deep.equal([])
    expect(unmet('nydus:absent', second)[0]).to.include('which is set up here')
    expect(unmet('nydus:absent', none)).to.deep.equal([])
  })

  it('snapshotter: not known is met by neither', () => {
    const nobody = node({ snapshotters: unknown('no probe') })
    for (const need of ['snapshotter:devmapper', 'snapshotter:devmapper-absent'])
      expect(unmet(need, nobody)[0]).to.include('is not known: no probe')
  })

  it('nested-virt: the node of the arm is a virtual machine', () => {
    expect(unmet('nested-virt', node({ nested: known(true, 'flag hypervisor') }))).to.deep.equal([])
    expect(unmet('nested-virt', node({}))[0]).to.include('which n1 is not: no flag hypervisor')
    expect(unmet('nested-virt', node({ nested: unknown('no probe') }))[0]).to.include('is not known: no probe')
  })

  it('node-without-kvm, node-without-kata-label: any node that takes pods', () => {
    const withoutKvm = node({ name: 'n2', kvmUsable: known(false, 'no /dev/kvm') })
    const plain = node({ name: 'n3', kata: known(false, 'no label') })
    expect(unmet('node-without-kvm', node({}), withoutKvm)).to.deep.equal([])
    expect(unmet('node-without-kvm', node({}), plain)[0]).to.equal(
      'needs a node with Kata and without KVM; n1: /dev/kvm opens; n3: /dev/kvm opens',
    )
    expect(unmet('node-without-kata-label', node({}), plain)).to.deep.equal([])
    const cordoned = node({ name: 'n3', kata: known(false, 'no label'), schedulable: known(false, 'cordoned') })
    expect(unmet('node-without-kata-label', node({}), cordoned)[0]).to.include('n3: no label')
  })
})
