import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { listed, parseProcesses } from '../../../helpers/guest/processes.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

describe('processes of a container, from recorded ps', () => {
  it('reads the sandbox namespace that hostPID gives under Kata', () => {
    const seen = parseProcesses(fixture('processes-kata-hostpid.txt'))
    expect(seen[0]).to.deep.equal({ pid: 1, ppid: 0, comm: 'pause', args: '/pause' })
    expect(seen.map(({ comm }) => comm)).to.deep.equal(['pause', 'sh', 'sh', 'sh', 'sleep', 'ps'])
  })

  it('drops the comm that busybox writes before an argv with another name', () => {
    const ps = parseProcesses(fixture('processes-kata-private.txt')).find(({ comm }) => comm === 'ps')
    expect(ps?.args).to.match(/^sh -c ps -o/)
  })

  it('keeps the brackets of a process that is ending', () => {
    expect(parseProcesses(fixture('processes-kata-shared.txt')).map(({ args }) => args)).to.include('[sleep]')
  })

  it('reads the processes of a node, which hostPID shows under runc', () => {
    const seen = parseProcesses(fixture('processes-runc-hostpid.txt'))
    expect(seen.map(({ comm }) => comm)).to.include.members(['systemd', 'kthreadd', 'containerd'])
  })

  it('says which row it cannot read', () => {
    expect(() => parseProcesses('PID PPID\nsh: ps: not found\n')).to.throw('not a row of ps: "sh: ps: not found"')
  })

  it('lists processes for messages', () => {
    expect(listed([{ pid: 1, ppid: 0, comm: 'pause', args: '/pause' }])).to.equal('1 /pause')
  })
})
