import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { mebibytes, parseMeminfo, usedMiB } from '../../../helpers/guest/meminfo.ts'
import { parseBlockSize } from '../../../helpers/guest/memoryBlocks.ts'

const recorded = (name: string) =>
  parseMeminfo(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'), name)

describe('memory of the guest', () => {
  it('reads MemTotal of real guests', () => {
    expect(mebibytes(recorded('meminfo-kata-qemu-minimal.txt'), 'MemTotal')).to.be.closeTo(164.5, 0.1)
    expect(mebibytes(recorded('meminfo-kata-qemu.txt'), 'MemTotal')).to.be.closeTo(1925.9, 0.1)
  })

  it('adds keys up, names with brackets too', () => {
    const info = parseMeminfo('MemTotal: 1024 kB\nActive(anon): 2048 kB\nCached:  512 kB\n', 'here')
    expect(mebibytes(info, 'Active(anon)', 'Cached')).to.equal(2.5)
  })

  it('computes used memory from /proc/meminfo: 36 MiB in the idle guest of 256', () => {
    expect(usedMiB(recorded('meminfo-kata-qemu-minimal.txt'))).to.be.closeTo(36.1, 0.1)
  })

  it('refuses what is no meminfo, and a key that is not there', () => {
    expect(() => parseMeminfo('cat: no such file', 'here')).to.throw('here has no MemTotal')
    expect(() => mebibytes({ MemTotal: 1 }, 'Percpu')).to.throw('/proc/meminfo has no Percpu')
  })

  it('reads the hexadecimal block size', () => {
    expect(parseBlockSize('8000000\n')).to.equal(128)
    expect(() => parseBlockSize('')).to.throw('is not a size')
  })
})
