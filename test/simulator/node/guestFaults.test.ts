import { expect } from 'chai'
import { inPod, onNode, resources, startTestNode, type PodOptions, type TestNode, type TestPod } from './testNode.ts'

type Use<T> = (pod: TestPod, test: TestNode) => Promise<T>

const limited = (limits: { cpu?: number; memoryMiB?: number }): PodOptions => ({
  containers: [{ resources: resources(limits) }],
})
const meminfo =
  (key: string): Use<number> =>
  async (pod) =>
    Number(new RegExp(`^${key}: *(\\d+) kB$`, 'm').exec(await pod.sh('cat /proc/meminfo'))?.[1])
const memTotal = meminfo('MemTotal')
const nproc: Use<number> = async (pod) => Number(await pod.sh('nproc'))

describe('guest cgroups', () => {
  const files = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max'
  const limits = limited({ cpu: 500, memoryMiB: 256 })
  it('hold the limits', async () => {
    expect(await inPod([], 'kata-qemu-minimal', limits, (pod) => pod.sh(files))).to.equal('268435456\n50000 100000\n')
    expect(await inPod([], 'kata-qemu-minimal', {}, (pod) => pod.sh(files))).to.equal('max\nmax 100000\n')
  })

  const rows: [fault: string, expected: string][] = [
    ['memory-limit-not-in-guest-cgroup', 'max\n50000 100000\n'],
    ['memory-limit-not-enforced', '268435456\n50000 100000\n'],
    ['memory-max-lowered', '251658240\n50000 100000\n'],
    ['cpu-quota-not-set', '268435456\nmax 100000\n'],
    ['cpu-quota-not-enforced', '268435456\n50000 100000\n'],
    ['cpu-quota-rounded-up', '268435456\n100000 100000\n'],
  ]
  for (const [fault, expected] of rows) {
    it(fault, async () => {
      expect(await inPod([fault], 'kata-qemu-minimal', limits, (pod) => pod.sh(files))).to.equal(expected)
    })
  }

  it('guest-cgroup-v1: limits are there', async () => {
    const seen = await inPod(['guest-cgroup-v1'], 'kata-qemu-minimal', limits, (pod) =>
      pod.sh('cat /sys/fs/cgroup/memory/memory.limit_in_bytes; ls /sys/fs/cgroup/cgroup.controllers'),
    )
    expect(seen).to.equal('268435456\n')
  })
})

describe('memory of the guest', () => {
  it('is the default plus the limits', async () => {
    expect(await inPod([], 'kata-qemu-minimal', {}, memTotal)).to.equal(168_436)
    expect(await inPod([], 'kata-qemu-minimal', limited({ memoryMiB: 256 }), memTotal)).to.equal(430_580)
    expect(await inPod([], 'kata-qemu-minimal', limited({ memoryMiB: 100 }), memTotal)).to.equal(299_508)
    expect(await inPod([], 'kata-qemu', {}, memTotal)).to.equal(1_971_920)
  })

  it('is used as the guide says while idle', () =>
    inPod([], 'kata-qemu-minimal', {}, async (pod, test) => {
      const mib = async (key: string) => (await meminfo(key)(pod, test)) / 1024
      expect(await mib('SUnreclaim')).to.be.closeTo(10, 1)
      expect(await mib('AnonPages')).to.be.closeTo(6.5, 1.5)
      expect(await mib('MemAvailable')).to.be.closeTo(126, 10)
      const used = Number((await pod.sh('free -m')).split('\n')[1]?.split(/\s+/)[2])
      expect(used).to.be.closeTo(35, 5)
    }))

  const rows: [fault: string, handler: string, limits: { memoryMiB?: number }, expectedMiB: number][] = [
    ['memory-hotplug-ignored', 'kata-qemu-minimal', { memoryMiB: 256 }, 164.5],
    ['memory-never-onlined', 'kata-qemu-minimal', { memoryMiB: 256 }, 164.5],
    ['memory-hotplug-one-block-more', 'kata-qemu-minimal', { memoryMiB: 256 }, 548.5],
    ['memory-drop-in-ignored', 'kata-qemu-minimal', {}, 1925.7],
    ['kata-qemu-default-memory-4096', 'kata-qemu', {}, 3939],
    ['kata-qemu-default-memory-4096', 'kata-qemu-minimal', {}, 164.5],
    ['guest-kernel-reserve-grown', 'kata-qemu-minimal', {}, 124.5],
    ['clh-and-dragonball-reserve-grown', 'kata-clh', {}, 1888],
    ['clh-and-dragonball-reserve-grown', 'kata-qemu', {}, 1925.7],
  ]
  for (const [fault, handler, limits, expectedMiB] of rows) {
    it(`${fault}: ${handler} has ${expectedMiB} MiB`, async () => {
      expect((await inPod([fault], handler, limited(limits), memTotal)) / 1024).to.be.closeTo(expectedMiB, 1)
    })
  }

  it('memory-never-onlined: blocks are there and offline', async () => {
    const states = await inPod(['memory-never-onlined'], 'kata-qemu-minimal', limited({ memoryMiB: 256 }), (pod) =>
      pod.sh('cat /sys/devices/system/memory/memory*/state'),
    )
    expect(states.split('\n').filter((state) => state === 'offline')).to.have.length(2)
  })

  it('memory-requests-counted: a request without limit is plugged, one with a limit is not', async () => {
    const requests = { cpuMillicores: 0, memoryBytes: 512 * 1024 * 1024 }
    const test = await startTestNode({
      faults: ['memory-requests-counted'],
      pods: { containerOf: async () => ({ init: false, ephemeral: false, requests }) },
    })
    expect(await memTotal(await test.pod('kata-qemu-minimal'), test)).to.equal(168_436 + 512 * 1024)
    expect(await memTotal(await test.pod('kata-qemu-minimal', limited({ memoryMiB: 128 })), test)).to.equal(
      168_436 + 128 * 1024,
    )
    await test.close()
  })

  const idle: [fault: string, key: string, moreMiB: number][] = [
    ['guest-agent-leaks', 'AnonPages', 40],
    ['guest-slab-grown', 'SUnreclaim', 30],
  ]
  for (const [fault, key, moreMiB] of idle) {
    it(`${fault}: ${key}, and MemTotal as before`, async () => {
      const healthy = await inPod([], 'kata-qemu-minimal', {}, meminfo(key))
      expect((await inPod([fault], 'kata-qemu-minimal', {}, meminfo(key))) - healthy).to.be.closeTo(moreMiB * 1024, 300)
      expect(await inPod([fault], 'kata-qemu-minimal', {}, memTotal)).to.equal(168_436)
    })
  }
})

describe('vCPUs of the guest', () => {
  it('are plugged from the top of the slots under QEMU', async () => {
    const ids = await inPod([], 'kata-qemu', limited({ cpu: 4000 }), (pod) => pod.sh('cat /proc/cpuinfo'))
    expect([...ids.matchAll(/^processor\s*: (\d+)$/gm)].map(([, id]) => id)).to.deep.equal([
      '0',
      '12',
      '13',
      '14',
      '15',
    ])
  })

  const rows: [fault: string, limits: { cpu?: number }, vcpus: number][] = [
    ['vcpu-hotplug-ignored', { cpu: 2000 }, 1],
    ['vcpu-one-more', { cpu: 2000 }, 4],
    ['vcpu-one-more', {}, 1],
    ['vcpus-capped-at-four', { cpu: 4000 }, 4],
    ['default-vcpus-2', {}, 2],
    ['default-vcpus-2', { cpu: 1000 }, 3],
  ]
  for (const [fault, limits, vcpus] of rows) {
    it(`${fault} with ${JSON.stringify(limits)}: ${vcpus}`, async () => {
      expect(await inPod([fault], 'kata-qemu-minimal', limited(limits), nproc)).to.equal(vcpus)
    })
  }

  it('cpu-requests-counted', async () => {
    const requests = { cpuMillicores: 2000, memoryBytes: 0 }
    const test = await startTestNode({
      faults: ['cpu-requests-counted'],
      pods: { containerOf: async () => ({ init: false, ephemeral: false, requests }) },
    })
    expect(await nproc(await test.pod('kata-qemu'), test)).to.equal(3)
    await test.close()
  })
})

describe('time', () => {
  const options = { speed: 200 }
  const flushSpeed = (faults: string[], handler: string, memoryMiB: number) =>
    inPod(
      faults,
      handler,
      limited({ memoryMiB }),
      async (_pod, test) => test.guests[0]?.spec.flushBytesPerSecond?.virtiofs,
    )

  it('small-vms-write-slower: a third of the speed while the VM has less than 512 MiB', async () => {
    expect(await flushSpeed([], 'kata-qemu-minimal', 0)).to.equal(68.5e6)
    expect(await flushSpeed(['small-vms-write-slower'], 'kata-qemu-minimal', 0)).to.equal(68.5e6 / 3)
    expect(await flushSpeed(['small-vms-write-slower'], 'kata-qemu-minimal', 256)).to.equal(68.5e6)
    expect(await flushSpeed(['small-vms-write-slower'], 'kata-qemu', 0)).to.equal(68.5e6)
  })

  it('flushed writes take at least what the disk needs', () =>
    inPod([], 'kata-qemu', {}, async (pod) => {
      const { stderr } = await pod.exec(['dd', 'if=/dev/zero', 'of=/file', 'bs=1M', 'count=64', 'conv=fsync'])
      expect(Number(/copied, ([\d.]+) seconds/.exec(stderr)?.[1])).to.be.at.least((64 * 1.048576) / 68.5)
    }))

  const throttled = (faults: string[]) =>
    onNode(
      faults,
      async (test) => {
        const pod = await test.pod('kata-qemu-minimal', limited({ cpu: 500 }))
        await pod.sh('timeout 2 sh -c "while :; do :; done"')
        return Number(/nr_throttled (\d+)/.exec(await pod.sh('cat /sys/fs/cgroup/cpu.stat'))?.[1])
      },
      options,
    )

  it('cpu-quota-not-enforced: a busy process is never throttled', async () => {
    expect(await throttled([])).to.be.above(10)
    expect(await throttled(['cpu-quota-not-enforced'])).to.equal(0)
  })
})
