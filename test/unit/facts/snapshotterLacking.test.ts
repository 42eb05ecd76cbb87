import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import { snapshotterLacking } from '../../../helpers/facts/snapshotterLacking.ts'

const fc = { name: 'kata-fc', snapshotter: known('devmapper', 'entry') }
const node = (...names: string[]) => ({ name: 'n1', snapshotters: known(names, 'config.toml') })

describe('a class whose snapshotter nobody set up', () => {
  it('is told with snapshotter, node and source', () => {
    expect(snapshotterLacking(fc, node('overlayfs'))).to.equal(
      'kata-fc needs the snapshotter devmapper, which is not set up on n1: config.toml',
    )
  })

  it('is none where it is there, where none is named, and where nobody knows', () => {
    expect(snapshotterLacking(fc, node('overlayfs', 'devmapper'))).to.equal(null)
    expect(snapshotterLacking({ name: 'kata-qemu', snapshotter: known('', 'entry') }, node('overlayfs'))).to.equal(null)
    expect(snapshotterLacking({ name: 'kata-qemu' }, node('overlayfs'))).to.equal(null)
    expect(snapshotterLacking(fc, { name: 'n1', snapshotters: unknown('no probe') })).to.equal(null)
  })
})
