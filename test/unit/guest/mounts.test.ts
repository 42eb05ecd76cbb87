import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { mountOn, parseMounts } from '../../../helpers/guest/mounts.ts'

const recorded = parseMounts(readFileSync(new URL('fixtures/mounts-kata-bare.txt', import.meta.url), 'utf8'))

describe('mounts of a container, from recorded /proc/mounts', () => {
  it('finds the root file system by virtiofs', () => {
    expect(mountOn(recorded, '/')?.type).to.equal('virtiofs')
  })

  it('finds the cgroup hierarchy with its options', () => {
    expect(mountOn(recorded, '/sys/fs/cgroup')).to.deep.include({ type: 'cgroup2', source: 'cgroup2' })
    expect(mountOn(recorded, '/sys/fs/cgroup')?.options).to.include('ro')
  })

  it('knows no mount where there is none', () => {
    expect(mountOn(recorded, '/no/such')).to.equal(undefined)
  })

  it('takes the later of two mounts on a target, and reads blanks in names', () => {
    const two = parseMounts('a /x\\040y ext4 rw 0 0\nb /x\\040y tmpfs ro,nosuid 0 0\n')
    expect(mountOn(two, '/x y')).to.deep.equal({
      source: 'b',
      target: '/x y',
      type: 'tmpfs',
      options: ['ro', 'nosuid'],
    })
  })
})
