import { expect } from 'chai'
import { parseCmdline, parseSnapshot, parseStat } from '../../../helpers/node/processSnapshot.ts'

const mark = 'node-probe-x7k2p\n'
const stat = (pid: number, comm: string) => `${pid} (${comm}) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${pid * 10} 0\n`

describe('snapshot of processes', () => {
  it('reads processes and the files that they run', () => {
    const text = [
      '',
      '',
      stat(1, 'systemd'),
      '0::/init.scope\n',
      '/sbin/init\0splash\0',
      stat(7, 'kthreadd'),
      '0::/\n',
      '',
      'lrwxrwxrwx 1 root root 0 Nov 21 10:00 1/exe -> /usr/lib/systemd/systemd\n',
    ].join(mark)
    expect(parseSnapshot(text)).to.deep.equal([
      {
        pid: 1,
        ppid: 1,
        comm: 'systemd',
        argv: ['/sbin/init', 'splash'],
        exe: '/usr/lib/systemd/systemd',
        cgroup: '0::/init.scope\n',
        startTicks: 10,
      },
      { pid: 7, ppid: 1, comm: 'kthreadd', argv: [], exe: '', cgroup: '0::/\n', startTicks: 70 },
    ])
  })

  it('leaves out a process that ended while it was read, and keeps the others apart', () => {
    const text = ['', '', stat(1, 'a'), '0::/\n', 'a\0', '', '', '', stat(3, 'c'), '0::/c\n', 'c\0', ''].join(mark)
    expect(parseSnapshot(text).map(({ pid, cgroup, argv }) => ({ pid, cgroup, argv }))).to.deep.equal([
      { pid: 1, cgroup: '0::/\n', argv: ['a'] },
      { pid: 3, cgroup: '0::/c\n', argv: ['c'] },
    ])
  })

  it('refuses an output that is cut short', () => {
    const text = ['', '', stat(1, 'a'), '0::/\n'].join(mark)
    expect(() => parseSnapshot(text)).to.throw('cut short')
    expect(() => parseSnapshot('')).to.throw('/etc/hostname')
  })

  it('reads names with brackets and blanks', () => {
    expect(parseStat('42 (tmux: (a) b) S 7 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 999 0\n')).to.deep.equal({
      pid: 42,
      ppid: 7,
      comm: 'tmux: (a) b',
      startTicks: 999,
    })
    expect(parseStat('')).to.equal(null)
  })

  it('keeps empty arguments', () => {
    expect(parseCmdline('shim\0-publish-binary\0\0-id\0abc\0')).to.deep.equal([
      'shim',
      '-publish-binary',
      '',
      '-id',
      'abc',
    ])
    expect(parseCmdline('')).to.deep.equal([])
  })
})
