import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import { rootShared, sharesRoot } from '../../../helpers/oracles/rootFilesystem.ts'

const of = (snapshotter: string): ClassFacts =>
  ({ name: 'kata-x', nodes: ['n1'], snapshotter: known(snapshotter, 'test') }) as unknown as ClassFacts
const node = (...snapshotters: string[]): NodeFacts =>
  ({ name: 'n1', snapshotters: known(snapshotters, 'test') }) as unknown as NodeFacts

describe('root of a container', () => {
  it('is shared where its layers are directories', () => {
    expect(sharesRoot(of(''), node('overlayfs', 'devmapper'))).to.equal(true)
    expect(sharesRoot(of('native'), node('overlayfs'))).to.equal(true)
    expect(sharesRoot(of(''), undefined)).to.equal(true)
  })

  it('is a disk of the guest by a snapshotter of block devices, the class’s own or that of all', () => {
    expect(sharesRoot(of('devmapper'), node('overlayfs', 'devmapper'))).to.equal(false)
    expect(sharesRoot(of(''), node('erofs'))).to.equal(false)
    const cluster = { nodes: [node('blockfile')] } as unknown as ClusterFacts
    expect(rootShared(of(''), cluster)).to.deep.equal({
      no: "containerd's snapshotter blockfile gives its pods on n1 disks for a root",
    })
  })
})
