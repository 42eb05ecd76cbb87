import { expect } from 'chai'
import { footprint } from '../../../helpers/node/footprint.ts'
import { busiestStretch, statsOf } from '../../../helpers/node/kubeletStats.ts'
import type { HostProcess, ProcessMemory } from '../../../helpers/node/nodeProbe.ts'
import { survivors } from '../../../helpers/node/survivors.ts'
import { failure, nodeInMemory } from './host.ts'

const process = (pid: number): HostProcess => ({ pid, ppid: 1, comm: 'qemu', argv: [], exe: '', startTicks: pid })

describe('what a sandbox has on its node', () => {
  it('is added up by process: RSS, PSS, shared memory', async () => {
    // As recorded on Kata 3.26.0, kata-qemu-minimal: shim, QEMU, and one of the two virtiofsd processes.
    const memories: Record<number, ProcessMemory> = {
      1: { rssKiB: 47_080, pssKiB: 30_591, rssShmemKiB: 0, threads: 10 },
      2: { rssKiB: 265_912, pssKiB: 234_961, rssShmemKiB: 165_836, threads: 7 },
      3: { rssKiB: 4_164, pssKiB: 955, rssShmemKiB: 0, threads: 1 },
    }
    const node = {
      sandbox: () =>
        Promise.resolve({ sandboxId: 's', shims: [process(1)], hypervisors: [process(2)], virtiofsds: [process(3)] }),
      memory: (pid: number) => Promise.resolve(memories[pid] as ProcessMemory),
    }
    expect(await footprint(node, { uid: 'u' })).to.deep.equal({
      shimMiB: 47_080 / 1024,
      vmmMiB: 265_912 / 1024,
      virtiofsdMiB: 4_164 / 1024,
      totalMiB: (47_080 + 265_912 + 4_164) / 1024,
      pssMiB: (30_591 + 234_961 + 955) / 1024,
      vmmSharedMiB: 165_836 / 1024,
      virtiofsdProcesses: 1,
      virtiofsdThreads: 1,
    })
  })

  it('leaves folders with its id, Firecracker with the first 32 characters of it', async () => {
    const id = '981f461779ac0ebee5d287662a047a5afe10774492f136c12d39935236b6da4a'
    const { probe } = await nodeInMemory({
      [`/run/vc/vm/${id}/qmp.sock`]: '',
      '/run/vc/vm/other/qmp.sock': '',
      [`/run/vc/sbs/${id.slice(0, 32)}/persist.json`]: '',
      '/run/kata-containers/shared/sandboxes/other/shared': '',
    })
    expect(await probe.sandboxFiles(id)).to.deep.equal([`/run/vc/vm/${id}`, `/run/vc/sbs/${id.slice(0, 32)}`])
    expect(await probe.sandboxFiles('none')).to.deep.equal([])
  })

  it('survives in processes of the same id and program', async () => {
    const { signal } = new AbortController()
    const processes = () => Promise.resolve([process(1), { ...process(2), comm: 'sshd' }])
    const left = await survivors({ processes }, [process(1), process(2), process(3)], { withinMs: 0, signal })
    expect(left).to.deep.equal(['qemu (1)'])
  })

  it('is in a cgroup with its limit and its kills', async () => {
    const { probe } = await nodeInMemory({
      '/proc/7/cgroup': '0::/kubepods/pod1\n',
      '/sys/fs/cgroup/kubepods/pod1/memory.max': '704643072\n',
      '/sys/fs/cgroup/kubepods/pod1/memory.events': 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n',
      '/proc/8/cgroup': '0::/kubepods/pod2\n',
      '/sys/fs/cgroup/kubepods/pod2/memory.max': 'max\n',
      '/proc/9/cgroup': '4:memory:/kubepods/pod3\n',
    })
    expect(await probe.cgroup(7)).to.deep.equal({ path: '/kubepods/pod1', limitMiB: 672, oomKills: 1 })
    expect(await probe.cgroup(8)).to.deep.equal({ path: '/kubepods/pod2', limitMiB: null, oomKills: null })
    expect(await probe.cgroup(9)).to.deep.equal({ path: '', limitMiB: null, oomKills: null })
    expect((await failure(probe.cgroup(10))).message).to.match(
      /^node node-1: reading the cgroup of process 10: exit status 1/,
    )
  })

  it('is counted by the kubelet, and nothing said is nothing used', () => {
    const cpu = { time: '2026-11-21T10:00:00.5Z', usageCoreNanoSeconds: 2_500_000_000 }
    const containers = [{ name: 'main', cpu, memory: { workingSetBytes: 3 * 2 ** 20 } }, { name: 'silent' }]
    const summary = { pods: [{ podRef: { uid: 'u' }, containers }] }
    const atMs = Date.parse('2026-11-21T10:00:00.5Z')
    expect(statsOf(summary, 'u', 'main')).to.deep.equal({ atMs, cpuSeconds: 2.5, workingSetMiB: 3 })
    expect(statsOf(summary, 'u', 'silent')).to.deep.equal({ atMs: 0, cpuSeconds: 0, workingSetMiB: 0 })
    expect(statsOf(summary, 'other', 'main')).to.equal(null)
  })

  it('is at its busiest in a stretch between two readings, of those that are far enough apart', () => {
    const readings = [
      { atMs: 1_000, cpuSeconds: 0, workingSetMiB: 1 },
      { atMs: 11_000, cpuSeconds: 2, workingSetMiB: 1 },
      { atMs: 12_000, cpuSeconds: 3, workingSetMiB: 1 },
      { atMs: 21_000, cpuSeconds: 11, workingSetMiB: 1 },
      { atMs: 41_000, cpuSeconds: 11, workingSetMiB: 1 },
    ]
    expect(busiestStretch(readings, 10)).to.equal(0.9)
    expect(busiestStretch(readings, 1)).to.equal(1)
    expect(() => busiestStretch(readings.slice(0, 1), 10)).to.throw(
      "no two readings of the kubelet's are 10 s apart: 1970-01-01T00:00:01.000Z",
    )
  })
})
