import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../../../helpers/facts/facts.ts'
import { declaredOn, handlersNamed, handlersOffered } from '../../../helpers/oracles/offeredHandlers.ts'

const ofClass = (handler: string, ...nodes: readonly string[]) =>
  ({ name: handler, handler: known(handler, 'API'), nodes }) as unknown as ClassFacts

describe('handlers that RuntimeClasses offer', () => {
  const facts = {
    classes: [
      ofClass('kata-qemu', 'a'),
      { ...ofClass('kata-qemu', 'a'), name: 'kata' },
      ofClass('kata-qemu-snp', 'with-snp'),
      ofClass('kata-qemu-se'),
    ],
  } as unknown as ClusterFacts

  it('on a node: of the classes whose pods can come to it', () => {
    expect(handlersOffered(facts, 'a')).to.deep.equal(['kata-qemu'])
    expect(handlersOffered(facts, 'cordoned')).to.deep.equal([])
  })

  it('in the cluster: also of those that no pod can come from', () => {
    expect(handlersNamed(facts)).to.deep.equal(['kata-qemu', 'kata-qemu-snp', 'kata-qemu-se'])
  })

  it('a profile declares only shims that there are for the architecture of the node', () => {
    const declared = ['kata-qemu', 'kata-qemu-se', 'kata-qemu-minimal'].map((name) => ({ name, handler: name }))
    const cluster = {
      declared: [...declared, { name: 'kata' }],
      nodes: [{ name: 'a', architecture: known('amd64', 'nodeInfo') }],
      kataVersion: known('3.26.0', 'VERSION'),
    } as unknown as ClusterFacts
    expect(declaredOn(cluster, 'a').map(({ name }) => name)).to.deep.equal(['kata-qemu', 'kata-qemu-minimal'])
  })
})
