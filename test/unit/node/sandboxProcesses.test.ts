import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { SnapshotProcess } from '../../../helpers/node/processSnapshot.ts'
import { sandboxProcesses } from '../../../helpers/node/sandboxProcesses.ts'

type Recorded = Pick<SnapshotProcess, 'pid' | 'ppid' | 'comm' | 'argv' | 'cgroup'>

const recorded = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', 'processes.json'), 'utf8')) as Recorded[]
).map((each): SnapshotProcess => ({ ...each, exe: '', startTicks: each.pid }))
const kata = 'bc887ff835ad02e754d0554467245594431af5a40bf3f4550b4211cad0aaa129'
const runc = '4118b0fb0926d3cc519d05657cf5c18596d2a257861afb423d0e53dc05cdd35b'
const pids = (processes: readonly { pid: number }[]) => processes.map(({ pid }) => pid)

describe('processes of a sandbox', () => {
  it("finds shim, QEMU and both virtiofsd of a recorded Kata pod, and not the neighbours'", () => {
    const found = sandboxProcesses(kata, recorded)
    expect(pids(found.shims)).to.deep.equal([1843])
    expect(pids(found.hypervisors)).to.deep.equal([1855])
    expect(pids(found.virtiofsds)).to.deep.equal([1854, 1857])
  })

  it('finds a shim and no hypervisor for a recorded runc pod', () => {
    const found = sandboxProcesses(runc, recorded)
    expect(pids(found.shims)).to.deep.equal([1484])
    expect(found.hypervisors).to.deep.equal([])
  })

  it('finds a VMM by its cgroup, by a cut id and by its parent', () => {
    const id = 'a'.repeat(40) + 'b'.repeat(24)
    const shim = { ...processOf(10, 1, '/opt/kata/bin/containerd-shim-kata-v2', ['-id', id]), comm: 'containerd-shim' }
    const all = [
      shim,
      { ...processOf(11, 1, '/opt/kata/bin/cloud-hypervisor', []), cgroup: `0::/kubepods/pod1/${id}\n` },
      processOf(12, 1, '/firecracker', ['--id', id.slice(0, 32)]),
      processOf(13, 10, '/opt/kata/bin/qemu-system-x86_64', []),
      processOf(14, 1, '/opt/kata/bin/qemu-system-x86_64', ['-name', 'sandbox-other']),
    ]
    expect(pids(sandboxProcesses(id, all).hypervisors)).to.deep.equal([11, 12, 13])
  })

  it('knows a VMM whose file an upgrade has replaced', () => {
    const process = {
      ...processOf(5, 1, 'qemu', ['-name', `sandbox-${kata}`]),
      exe: '/opt/kata/bin/qemu-system-x86_64 (deleted)',
    }
    expect(pids(sandboxProcesses(kata, [process]).hypervisors)).to.deep.equal([5])
  })
})

function processOf(pid: number, ppid: number, program: string, args: readonly string[]): SnapshotProcess {
  return {
    pid,
    ppid,
    comm: program.split('/').at(-1) ?? '',
    argv: [program, ...args],
    exe: '',
    cgroup: '0::/\n',
    startTicks: pid,
  }
}
