import { expect } from 'chai'
import { differing, inBoth, installed } from '../../../helpers/deployment/installed.ts'
import { configuration, kataFiles } from '../facts/kataFiles.ts'
import { nodeInMemory } from '../node/host.ts'

const share = '/opt/kata/share/kata-containers'

/** A node after releases with these kernels, the last one in use. */
const nodeAfter = async (...kernels: readonly string[]) => {
  const files = {
    ...kataFiles,
    [`${share}/kata-containers.img`]: 'image of 3.27.0',
    ...Object.fromEntries(kernels.map((kernel) => [`${share}/vmlinux-${kernel}`, `Linux ${kernel}`])),
  }
  const { probe } = await nodeInMemory(files, { [`${share}/vmlinux.container`]: `vmlinux-${kernels.at(-1)}` })
  return installed(probe, '/opt/kata')
}

describe('an installation on a node', () => {
  it('is the same on a node that was upgraded and on one that came later', async () => {
    const [upgraded, later] = await Promise.all([nodeAfter('6.12', '6.18'), nodeAfter('6.18')])
    expect(upgraded.used).to.deep.equal(later.used)
    expect(Object.keys(later.used)).to.include.members(['kata-qemu kernel', 'kata-qemu image'])
    expect(differing(upgraded.files, later.files)).to.deep.equal(['share/kata-containers/vmlinux-6.12'])
  })

  it('is another one where guests boot another kernel', async () => {
    const [upgraded, behind] = await Promise.all([nodeAfter('6.12', '6.18'), nodeAfter('6.18', '6.12')])
    expect(upgraded.files).to.deep.equal(behind.files)
    expect(differing(upgraded.used, behind.used)).to.deep.equal(['kata-qemu kernel'])
  })

  it('names a guest that is not there', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    expect((await installed(probe, '/opt/kata')).used).to.include({
      'kata-qemu kernel': null,
      'kata-qemu image': null,
    })
  })

  it('has no guest that the operator makes for the keys of its hosts', async () => {
    const secure = `[hypervisor.qemu]\nkernel = "${share}/kata-containers-se.img"\nimage = "${share}/kata-containers.img"\n`
    const { probe } = await nodeInMemory({ ...kataFiles, [configuration]: secure })
    expect(Object.keys((await installed(probe, '/opt/kata')).used)).to.deep.equal(['kata-qemu image'])
  })

  it('is compared by what both nodes have', () => {
    expect(inBoth({ a: 1, b: 2 }, { b: 3, c: 4 })).to.deep.equal({ b: 2 })
  })
})
