import { expect } from 'chai'
import { createClock } from '../../../sim/clock.ts'
import { limits, recordedGuest, run, startRecorded } from './recordedPod.ts'

const MIB = 1024 * 1024

async function cpuStat(container: Parameters<typeof run>[0]): Promise<Record<string, number>> {
  const { stdout } = await run(container, 'cat /sys/fs/cgroup/cpu.stat')
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string])
      .map(([name, value]) => [name, Number(value)]),
  )
}

describe('machine: CPU', () => {
  /** Time moves only for those who wait: figures are those of simulated time. */
  const guest = (cpus: number[]) => recordedGuest({ clock: createClock(Infinity), cpus, possibleCpus: 4 })

  it('throttles a busy loop at the quota', async () => {
    const machine = guest([0, 1])
    const { container } = startRecorded(machine, { cgroup: limits('c', { cpuQuota: 50_000 }) })
    await run(container, 'timeout 20 sh -c "while :; do :; done"')
    const stat = await cpuStat(container)
    expect(stat.usage_usec).to.be.closeTo(10e6, 0.2e6)
    expect(stat.nr_throttled).to.be.closeTo(200, 4)
    expect(stat.throttled_usec).to.be.closeTo(10e6, 0.2e6)
    machine.powerOff()
  })

  it('writes a quota that is not enforced', async () => {
    const machine = guest([0])
    const enforced = { memory: true, cpu: false }
    const { container } = startRecorded(machine, { cgroup: limits('c', { cpuQuota: 50_000, enforced }) })
    expect((await run(container, 'cat /sys/fs/cgroup/cpu.max')).stdout).to.equal('50000 100000\n')
    await run(container, 'timeout 4 dd if=/dev/zero of=/dev/null')
    const stat = await cpuStat(container)
    expect(stat.usage_usec).to.be.closeTo(4e6, 0.2e6)
    expect(stat.nr_throttled).to.equal(0)
    machine.powerOff()
  })

  it('shares one CPU among two loops, and gives each its own after hot-plug', async () => {
    const machine = guest([0])
    const { container } = startRecorded(machine)
    const two = 'timeout 10 yes > /dev/null & timeout 10 md5sum /dev/zero & wait'
    await run(container, two)
    const before = (await cpuStat(container)).usage_usec as number
    expect(before).to.be.closeTo(10e6, 0.3e6)
    machine.hotplugCpus([1])
    expect((await run(container, 'nproc; cat /sys/devices/system/cpu/online')).stdout).to.equal('2\n0-1\n')
    await run(container, two)
    expect(((await cpuStat(container)).usage_usec as number) - before).to.be.closeTo(20e6, 0.5e6)
    expect(machine.cpuTimeMs()).to.be.closeTo(30_000, 1000)
    machine.powerOff()
  })

  it('keeps the order of simulated time on an infinitely fast clock', async () => {
    const machine = guest([0])
    const { container } = startRecorded(machine)
    const { stdout } = await run(container, '(sleep 3; echo 3) & (sleep 1; echo 1) & (sleep 2; echo 2) & wait')
    expect(stdout).to.equal('1\n2\n3\n')
    machine.powerOff()
  })

  it('parks a first process that would wait forever, on any clock', async () => {
    const machine = guest([0])
    const { container } = startRecorded(machine, { argv: ['sleep', '3600'] })
    await run(container, 'sleep 30')
    expect((await run(container, 'cat /proc/1/comm')).stdout).to.equal('sleep\n')
    machine.powerOff()
  })

  it('lets a first process end by itself after a short while', async () => {
    const machine = guest([0])
    const { container, log } = startRecorded(machine, { argv: ['sh', '-c', 'sleep 5; echo late; exit 3'] })
    expect((await container.exited).code).to.equal(3)
    expect(log.stdout).to.equal('late\n')
    machine.powerOff()
  })
})

describe('machine: memory', () => {
  it('ends a dd whose block is larger than the limit, and tells', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { cgroup: limits('m', { memoryMaxBytes: 64 * MIB }) })
    const { stdout } = await run(
      container,
      'dd bs=250M count=1 if=/dev/zero of=/dev/null; echo $?; cat /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory.max; grep oom_kill /sys/fs/cgroup/memory.events',
    )
    expect(stdout).to.equal(`137\n${64 * MIB}\n${64 * MIB}\noom_kill 1\n`)
    expect(machine.kernelLog().join('\n')).to.match(/Memory cgroup out of memory: Killed process \d+ \(dd\)/)
    machine.powerOff()
  })

  it('counts tmpfs against the limit, and gives it back', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { cgroup: limits('m', { memoryMaxBytes: 64 * MIB }) })
    const script =
      'dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2>/dev/null; cat /sys/fs/cgroup/memory.current; rm /dev/shm/x; cat /sys/fs/cgroup/memory.current; cat /dev/zero > /dev/shm/y; echo $?'
    const [full = 0, empty = 0, exit] = (await run(container, script)).stdout.trim().split('\n').map(Number)
    expect(full - empty).to.equal(20 * MIB)
    expect(exit).to.equal(137)
    machine.powerOff()
  })

  it('does not enforce a limit that is only written', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { cgroup: limits('m', { memoryMaxBytes: 32 * MIB, enforced: false }) })
    const { stdout } = await run(
      container,
      'dd bs=64M count=1 if=/dev/zero of=/dev/null 2>/dev/null; echo $?; cat /sys/fs/cgroup/memory.max',
    )
    expect(stdout).to.equal(`0\n${32 * MIB}\n`)
    machine.powerOff()
  })

  it('kills for want of RAM without a limit, and the machine lives on', async () => {
    const machine = recordedGuest()
    let panicked = false
    machine.onPanic(() => (panicked = true))
    const { container } = startRecorded(machine)
    expect((await run(container, 'dd bs=250M count=1 if=/dev/zero of=/dev/null; echo $?')).stdout).to.equal('137\n')
    expect(machine.kernelLog().at(-1)).to.match(/Out of memory: Killed process \d+ \(dd\) total-vm/)
    expect(panicked).to.equal(false)
    expect(machine.touchedKiB()).to.equal(168_436)
    machine.powerOff()
  })

  it('uses RAM that is plugged when it runs short', async () => {
    const machine = recordedGuest()
    machine.onMemoryShort((missingKiB) => machine.hotplugMemory(Math.ceil(missingKiB / 1024), true))
    const { container } = startRecorded(machine)
    expect((await run(container, 'dd bs=250M count=1 if=/dev/zero of=/dev/null 2>/dev/null; echo $?')).stdout).to.equal(
      '0\n',
    )
    machine.powerOff()
  })

  it('adds blocks that are online, and shows those that are not', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    machine.hotplugMemory(128, true)
    machine.hotplugMemory(128, false)
    const { stdout } = await run(
      container,
      'grep MemTotal /proc/meminfo; cat /sys/devices/system/memory/memory*/state | sort | uniq -c',
    )
    expect(stdout).to.equal(`MemTotal:         ${168_436 + 131_072} kB\n      1 offline\n      3 online\n`)
    machine.powerOff()
  })

  it('panics when nothing is left to kill', () => {
    const machine = recordedGuest()
    const why: string[] = []
    machine.onPanic((reason) => why.push(reason))
    machine.spawn({ comm: 'kata-agent', argv: ['kata-agent'], exe: '/usr/bin/kata-agent', oomScoreAdj: -1000 })
    machine.files.mount('/big', { tmpfs: true, sizeBytes: null })
    expect(() => machine.files.write('/big/file', new Uint8Array(200 * MIB))).to.throw('Out of memory')
    expect(why).to.deep.equal(['Out of memory and no killable processes...'])
  })

  it('counts a hypervisor by its live figures', () => {
    const node = recordedGuest()
    const before = node.meminfo().MemFree
    const qemu = node.spawn({
      comm: 'qemu-system-x86_64',
      argv: ['qemu'],
      exe: '/qemu',
      memory: { rssKiB: 1000, shmemKiB: 600, pssKiB: 900 },
    })
    expect(before - node.meminfo().MemFree).to.equal(900)
    qemu.memory = { rssKiB: 2000, shmemKiB: 1600, pssKiB: 1900 }
    expect(before - node.meminfo().MemFree).to.equal(1900)
    expect(node.files.read(`/proc/${qemu.pid}/smaps_rollup`)?.toString()).to.match(/^Pss: +1900 kB$/m)
    expect(node.files.read(`/proc/${qemu.pid}/comm`)?.toString()).to.equal('qemu-system-x86\n')
    qemu.kill('KILL')
    expect(node.meminfo().MemFree).to.equal(before)
    node.powerOff()
  })

  it('refuses processes beyond pids.max', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { cgroup: limits('p', { pidsMax: 4 }) })
    const { stderr } = await run(container, 'sleep 9 & sleep 9 & sleep 9 & true')
    expect(stderr).to.include("can't fork: Resource temporarily unavailable")
    machine.powerOff()
  })
})
