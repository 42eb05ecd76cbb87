import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { createNodeChanges } from '../../../helpers/node/createNodeChanges.ts'
import type { HostProcess, SandboxProcesses } from '../../../helpers/node/nodeProbe.ts'
import { parseStat } from '../../../helpers/node/processSnapshot.ts'
import { nodeInMemory, procFiles } from './host.ts'

const program = (pid: number, exe: string): HostProcess => ({
  pid,
  ppid: 1,
  comm: exe.split('/').at(-1)?.slice(0, 15) ?? '',
  argv: [exe, '-id', 'x'],
  exe,
  startTicks: 7_000 + pid,
})
const qemu = program(200, '/opt/kata/bin/qemu-system-x86_64')
const kataShim = program(100, '/opt/kata/runtime-rs/bin/containerd-shim-kata-v2')
const runcShim = program(101, '/usr/bin/containerd-shim-runc-v2')
const own = { uid: 'uid-1', name: 'web' }

/** Changes of a node on which the probe sees these processes of pod uid-1, which is the run's. */
function changesOf(seen: Partial<SandboxProcesses>, stderr = '', exitCode = 0) {
  const ran: (readonly string[])[] = []
  const run = (argv: readonly string[]) => {
    ran.push(argv)
    return Promise.resolve({ stdout: '', stderr, exitCode })
  }
  const sandbox = () => Promise.resolve({ sandboxId: 'x', shims: [], hypervisors: [], virtiofsds: [], ...seen })
  const changes = createNodeChanges(run, 'node-1', 'kata-conformance-x', { has: (uid) => uid === own.uid, sandbox })
  return { ran, changes }
}

const failure = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('the VMM of a pod is killed', () => {
  it('by its pid and the time of its start, in one command', async () => {
    const { ran, changes } = changesOf({ shims: [kataShim], hypervisors: [qemu] })
    await changes.killVmm(own, qemu)
    expect(ran).to.have.length(1)
    expect(ran[0]?.slice(0, 2)).to.deep.equal(['sh', '-ec'])
    expect(ran[0]?.slice(4)).to.deep.equal(['200', '7200'])
  })

  it('as the shim, where the VMM is inside it', async () => {
    const { ran, changes } = changesOf({ shims: [kataShim] })
    await changes.killVmm(own, kataShim)
    expect(ran[0]?.slice(4)).to.deep.equal(['100', '7100'])
  })

  it('leaves nothing to undo', async () => {
    const { ran, changes } = changesOf({ hypervisors: [qemu] })
    await changes.killVmm(own, qemu)
    expect(changes.made).to.equal(false)
    await changes.undo()
    expect(ran).to.have.length(1)
  })

  const never: Readonly<Record<string, readonly [Partial<SandboxProcesses>, HostProcess, RegExp, typeof own?]>> = {
    'of a pod that another run or another person made': [
      { hypervisors: [qemu] },
      qemu,
      /pod db is not of this run: nothing was killed/,
      { uid: 'uid-2', name: 'db' },
    ],
    'which the sandbox has no more': [{}, qemu, /process 200 .* is not the VMM of pod web: nothing was killed/],
    'whose number another process of the sandbox has by now': [
      { hypervisors: [{ ...qemu, startTicks: 9_000 }] },
      qemu,
      /is not the VMM of pod web: nothing was killed/,
    ],
    'that is a shim beside a hypervisor': [{ shims: [kataShim], hypervisors: [qemu] }, kataShim, /is not the VMM/],
    'of an impostor: its shim is runc': [{ shims: [runcShim] }, runcShim, /is not the VMM of pod web/],
  }
  for (const [what, [seen, process, message, pod = own]] of Object.entries(never)) {
    it(`never one ${what}`, async () => {
      const { ran, changes } = changesOf(seen)
      expect(await failure(changes.killVmm(pod, process))).to.match(message)
      expect(ran).to.deep.equal([])
    })
  }

  it('says what the node said when nothing was signalled', async () => {
    const { changes } = changesOf({ hypervisors: [qemu] }, 'process 200 started at 9000 ticks, not at 7200', 3)
    expect(await failure(changes.killVmm(own, qemu))).to.include('started at 9000 ticks')
  })
})

describe('the command that kills a process', () => {
  /** What it does on a node where process 200 started at tick 7200; the shell of the test has a kill of its own. */
  async function killed(pid: number, startTicks: number) {
    const comm = 'a (b) c)'
    const node = await nodeInMemory(procFiles({ pid: 200, ppid: 1, comm, argv: ['qemu'], startTicks: 7_200 }))
    const run = (argv: readonly string[]) => {
      const [shell = '', , script = '', ...rest] = argv
      return node.run([shell, '-c', `set -e\nkill() { echo "kill $*"; }\n${script}`, ...rest])
    }
    const vmm = { ...qemu, pid, startTicks }
    const signalled: string[] = []
    const watched = async (argv: readonly string[]) => {
      const result = await run(argv)
      signalled.push(...result.stdout.split('\n').filter(Boolean))
      return result
    }
    const sandbox = () => Promise.resolve({ sandboxId: 'x', shims: [], hypervisors: [vmm], virtiofsds: [] })
    const changes = createNodeChanges(watched, 'node-1', 'kata-conformance-x', { has: () => true, sandbox })
    return { error: await failure(changes.killVmm(own, vmm)), signalled }
  }

  it('signals the process that started then, whatever its name', async () => {
    expect(await killed(200, 7_200)).to.deep.equal({ error: 'none', signalled: ['kill -9 200'] })
  })

  it('signals nothing when the number is of another process', async () => {
    const { error, signalled } = await killed(200, 7_199)
    expect(error).to.include('started at 7200 ticks, not at 7199: nothing was signalled')
    expect(signalled).to.deep.equal([])
  })

  it('signals nothing when there is no such process', async () => {
    const { error, signalled } = await killed(201, 7_201)
    expect(error).to.include('exit status 3')
    expect(signalled).to.deep.equal([])
  })
})

describe('the command that kills a process, in a real shell', function () {
  const lives = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

  /** Runs it on a process of this machine, as if it had been found when it started so many ticks away from when it did. */
  async function killed(ticksAway: number) {
    const child = spawn('sleep', ['60'])
    const ended = once(child, 'exit')
    const { pid = 0 } = child
    try {
      const started = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.startTicks ?? 0
      const vmm = { ...qemu, pid, startTicks: started + ticksAway }
      const run = async ([file = '', ...args]: readonly string[]) => {
        const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8' })
        return { stdout, stderr, exitCode: status ?? -1 }
      }
      const sandbox = () => Promise.resolve({ sandboxId: 'x', shims: [], hypervisors: [vmm], virtiofsds: [] })
      const changes = createNodeChanges(run, 'node-1', 'kata-conformance-x', { has: () => true, sandbox })
      const error = await failure(changes.killVmm(own, vmm))
      if (error === 'none') await ended
      return { error, lives: lives(child), signal: child.signalCode }
    } finally {
      child.kill('SIGKILL')
    }
  }

  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('ends it with SIGKILL', async () => {
    expect(await killed(0)).to.deep.equal({ error: 'none', lives: false, signal: 'SIGKILL' })
  })

  it('leaves alone one that started at another time', async () => {
    const { error, ...state } = await killed(-1)
    expect(error).to.include('nothing was signalled')
    expect(state).to.deep.equal({ lives: true, signal: null })
  })
})
