import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { MachineError } from '../../../sim/machine/machineError.ts'
import type { Machine } from '../../../sim/machine/machine.ts'
import type { MachineContainer } from '../../../sim/machine/machineContainer.ts'
import { limits, recordedGuest, recordedSteps, run, startRecorded } from './recordedPod.ts'
import type { RecordedStep } from './recordedPod.ts'

/** What differs from run to run: times of files, numbers of namespaces, of devices and of processes. */
function shape(text: string): string {
  return text
    .replaceAll(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d/g, 'DATE')
    .replaceAll(/40265\d{5}/g, 'NAMESPACE')
    .replaceAll(/(?<=self -> |self\/task\/|thread-self -> )\d+/g, 'PID')
}

function commandOf(step: RecordedStep): string {
  return step.argv[2] ?? step.argv.join(' ')
}

/** Commands whose answers have figures of that one run in them; they are compared by their fields below. */
const MEASURED = [
  /^cat \/proc\/meminfo/,
  /^free/,
  /mountinfo/,
  /^ls -la \/sys\/fs\/cgroup/,
  /^ls -la \/ /,
  /^cat \/proc\/1\/status/,
  /^ps/,
  /^ip addr/,
  /^cat \/proc\/modules/,
  /virtio/,
  /^dmesg/,
  /^ls -la \/proc/,
]

describe('machine: a recorded Kata guest', () => {
  let machine: Machine
  let container: MachineContainer
  const steps = recordedSteps('kata-bare')
  const step = (pattern: RegExp) => steps.find((candidate) => pattern.test(commandOf(candidate))) as RecordedStep

  before(() => {
    machine = recordedGuest()
    container = startRecorded(machine).container
  })
  after(() => machine.powerOff())

  for (const recorded of steps.filter((candidate) => !MEASURED.some((pattern) => pattern.test(commandOf(candidate))))) {
    it(`answers ${commandOf(recorded).slice(0, 90)}`, async () => {
      const answer = await run(container, recorded.argv, recorded.stdin)
      expect(shape(answer.stdout)).to.equal(shape(recorded.stdout))
      expect(answer.stderr.trimEnd()).to.equal(recorded.stderr)
      expect(answer.exit).to.equal(recorded.exit)
    })
  }

  it('has the rows of /proc/meminfo, in order, with their units', async () => {
    const recorded = step(/^cat \/proc\/meminfo/)
    const { stdout } = await run(container, recorded.argv)
    const row = (line: string) => line.replace(/\d+(?= kB$|$)/, 'N').replace(/ +N/, ' N')
    expect(stdout.split('\n').map(row)).to.deep.equal(recorded.stdout.split('\n').map(row))
  })

  it('has figures of memory near the recorded ones', async () => {
    const figures = (text: string) =>
      Object.fromEntries([...text.matchAll(/^(\S+): +(\d+)/gm)].map(([, name, kib]) => [name, Number(kib)]))
    const recorded = figures(step(/^cat \/proc\/meminfo/).stdout)
    const answer = figures((await run(container, 'cat /proc/meminfo')).stdout)
    expect(answer.MemTotal).to.equal(recorded.MemTotal)
    for (const name of ['MemFree', 'MemAvailable', 'Slab', 'Inactive', 'CommitLimit']) {
      expect(answer[name], name).to.be.closeTo(recorded[name] as number, 400)
    }
  })

  it('has the fields of /proc/PID/status', async () => {
    const recorded = step(/^cat \/proc\/1\/status/)
    const { stdout } = await run(container, recorded.argv)
    const withoutSwitches = (text: string) => text.replaceAll(/(ctxt_switches:\t)\d+/g, '$1N')
    expect(withoutSwitches(stdout)).to.equal(withoutSwitches(recorded.stdout))
  })

  it('lists processes in the columns of ps', async () => {
    const recorded = step(/^ps/)
    const { stdout } = await run(container, recorded.argv)
    const rows = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^ *\d+/, 'PID'))
        .sort()
    expect(rows(stdout)).to.deep.equal(rows(recorded.stdout))
  })

  it('lists the files of a cgroup with their modes', async () => {
    const recorded = step(/^ls -la \/sys\/fs\/cgroup/)
    const { stdout } = await run(container, recorded.argv)
    const files = (text: string) =>
      shape(text)
        .split('\n')
        .filter((line) => !line.endsWith(' ..') && !/^\d+$/.test(line))
    expect(files(stdout)).to.deep.equal(files(recorded.stdout))
  })

  it('has the mounts of mountinfo in order', async () => {
    const recorded = step(/mountinfo/)
    const { stdout } = await run(container, recorded.argv)
    const row = (line: string) => line.replace(/^\d+ \d+ \d+:\d+ \S+/, '').trim()
    expect(stdout.split('\n').map(row)).to.deep.equal(recorded.stdout.split('\n').map(row))
  })

  it('shows addresses and routes as ip does', async () => {
    const recorded = step(/^ip addr/)
    const { stdout } = await run(container, recorded.argv)
    const uncounted = (text: string) => text.replace(/eth0: +\d+.*/, 'eth0')
    expect(uncounted(stdout)).to.equal(uncounted(recorded.stdout))
  })
})

describe('machine: recorded execs', () => {
  let machine: Machine
  let container: MachineContainer
  before(() => {
    machine = recordedGuest()
    container = startRecorded(machine).container
  })
  after(() => machine.powerOff())

  for (const recorded of recordedSteps('kata-exec').filter(({ pod, container: name }) => pod === 'ex' && !name)) {
    const missing = recorded.argv[0] === '/no/such/command'
    it(`${recorded.argv.join(' ').slice(0, 80)}${missing ? ' is refused' : ''}`, async () => {
      if (missing) {
        expect(() => container.exec(recorded.argv, { tty: false }))
          .to.throw(MachineError)
          .with.property('errno', 'ENOENT')
        return
      }
      const answer = await run(container, recorded.argv, recorded.stdin)
      // Of long output the recording has the beginning, the length and the hash.
      const cut = /\n… (\d+) bytes in all, sha256 (\w+)/.exec(recorded.stdout)
      if (cut) {
        expect(answer.stdout).to.have.length(Number(cut[1]))
        expect(createHash('sha256').update(answer.stdout).digest('hex')).to.equal(cut[2])
      } else expect(answer.stdout).to.equal(recorded.stdout)
      expect(answer.stderr.trimEnd()).to.equal(recorded.stderr)
      // kata-agent reports the bare signal number; the machine says 128 + n and names the signal.
      expect(answer.exit).to.equal(recorded.exit === 9 ? 137 : recorded.exit)
    })
  }
})

describe('machine: recorded PID namespaces', () => {
  const SHOW = recordedSteps('kata-pidns')[0]?.argv ?? []
  const rows = (stdout: string) =>
    stdout
      .split('\n')
      .filter((line) => /^ +\d+ +\d+ /.test(line) && !/sleep/.test(line))
      .map((line) => line.replace(/^ *(\d+) +\d+/, (_all, pid: string) => (pid === '1' ? '1' : 'PID')).slice(0, 70))

  it('shows the pause process and both containers in a shared one', async () => {
    const machine = recordedGuest()
    const pid = machine.newPidNamespace()
    machine.spawn({ comm: 'pause', argv: ['/pause'], exe: '/pause', uid: 65535, pidNamespace: pid })
    const namespaces = { pid, net: machine.rootNetNamespace, ipc: machine.newIpcNamespace() }
    const first = startRecorded(machine, { id: 'first', namespaces, cgroup: limits('first') }).container
    startRecorded(machine, { id: 'second', namespaces, cgroup: limits('second') })
    const recorded = recordedSteps('kata-pidns').find((step) => step.pod === 'shared') as RecordedStep
    const { stdout } = await run(first, SHOW)
    expect(rows(stdout)).to.deep.equal(rows(recorded.stdout))
    expect(stdout).to.include('/pause \npause\n')
    machine.powerOff()
  })

  it('shows nothing of the neighbour in a private one', async () => {
    const machine = recordedGuest()
    const first = startRecorded(machine, { id: 'first', cgroup: limits('first') }).container
    startRecorded(machine, { id: 'second', cgroup: limits('second') })
    const recorded = recordedSteps('kata-pidns').find((step) => step.pod === 'private') as RecordedStep
    const { stdout } = await run(first, SHOW)
    expect(rows(stdout)).to.deep.equal(rows(recorded.stdout))
    machine.powerOff()
  })

  it('shows every process to the root namespace', () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    machine.spawn({ comm: 'kata-agent', argv: ['/sbin/init'], exe: '/sbin/init' })
    expect(machine.processes().map(({ comm }) => comm)).to.deep.equal(['sh', 'kata-agent'])
    expect(machine.files.read(`/proc/${container.pid}/comm`)?.toString()).to.equal('sh\n')
    machine.powerOff()
  })
})

describe('machine: recorded OOM', () => {
  const limited = (id: string, oomGroup: boolean) => limits(id, { memoryMaxBytes: 64 * 1024 * 1024, oomGroup })
  const child = ['sh', '-c', '(head -c 200m /dev/zero | tail) ; echo child exit $?; sleep 3600']

  it('kills a child and leaves the container alive under the agent', async () => {
    const machine = recordedGuest()
    const { container, log } = startRecorded(machine, { argv: child, cgroup: limited('oom', false) })
    while (!log.stdout.includes('child exit')) await run(container, 'true')
    expect(log).to.deep.equal({ stdout: 'child exit 137\n', stderr: 'Killed\n' })
    const recorded = recordedSteps('kata-oom').find((step) => step.pod === 'oomchild') as RecordedStep
    const { stdout } = await run(container, recorded.argv)
    const events = (text: string) =>
      text.split('\n').filter((line) => /^(low|high|oom|oom_kill|oom_group_kill) \d/.test(line))
    expect(events(stdout)).to.deep.equal(events(recorded.stdout))
    const reports =
      /^\[ +[\d.]+\] (Tasks state|\[ +pid|oom-kill:constraint=CONSTRAINT_MEMCG|Memory cgroup out of memory: Killed process \d+ \(tail\) total-vm:\d+kB, anon-rss:\d+kB)/gm
    expect(stdout.match(reports)).to.have.length((recorded.stdout.match(reports) ?? []).length)
    expect(container.oomKills).to.equal(1)
    machine.powerOff()
  })

  it('takes the whole container where memory.oom.group is set, as the kubelet does for runc', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { argv: child, cgroup: limited('oom', true) })
    expect(await container.exited).to.deep.equal({ code: 137, oomKilled: true, signal: 'KILL' })
    machine.powerOff()
  })

  it('ends a container whose shell waits for the victim with 137', async () => {
    const machine = recordedGuest()
    const argv = ['sh', '-c', 'head -c 200m /dev/zero | tail']
    const { container } = startRecorded(machine, { argv, cgroup: limited('oom', false) })
    expect(await container.exited).to.deep.equal({ code: 137, oomKilled: true, signal: null })
    machine.powerOff()
  })
})
