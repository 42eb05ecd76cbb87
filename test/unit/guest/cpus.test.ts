import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parseCpuLines, parseNproc, parseProcessors } from '../../../helpers/guest/cpus.ts'

describe('CPUs of a container', () => {
  it('reads processor ids of a real guest', () => {
    const cpuinfo = readFileSync(new URL('fixtures/cpuinfo-kata-qemu.txt', import.meta.url), 'utf8')
    expect(parseProcessors(cpuinfo)).to.deep.equal([0])
  })

  it('takes ids as they are: hot-plugged vCPUs are numbered from above', () => {
    const cpuinfo = [0, 12, 13].map((id) => `processor\t: ${id}\nmodel name\t: some processor\n`).join('\n')
    expect(parseProcessors(cpuinfo)).to.deep.equal([0, 12, 13])
  })

  it('takes only a count for a count', () => {
    expect(parseNproc('2\n', 'p')).to.equal(2)
    expect(() => parseNproc('', 'p')).to.throw('nproc in pod p printed ""')
  })

  it('counts the lines of /proc/stat, without the sum', () => {
    expect(parseCpuLines('cpu  1 2 3\ncpu0 1 2 3\ncpu13 0 0 0\nintr 5\n')).to.equal(2)
  })
})
