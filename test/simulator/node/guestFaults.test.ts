import { expect } from 'chai'
import { startTestNode, resources, type PodOptions, type TestNode, type TestPod } from './testNode.ts'

type Use<T> = (pod: TestPod, test: TestNode) => Promise<T>

/** Starts one pod on a node with these faults and asks it. */
async function inPod<T>(faults: string[], handler: string, options: PodOptions, use: Use<T>): Promise<T> {
  const test = await startTestNode({ faults })
  try {
    return await use(await test.pod(handler, options), test)
  } finally {
    await test.close()
  }
}

const limited = (limits: { cpu?: number; memoryMiB?: number }): PodOptions => ({
  containers: [{ resources: resources(limits) }],
})
const hostPid = { namespaces: { network: 'POD', ipc: 'POD', pid: 'NODE' } } as const
const shared = { namespaces: { network: 'POD', ipc: 'POD', pid: 'POD' } } as const
const privileged = {
  privileged: true,
  capabilitiesAdd: [],
  capabilitiesDrop: [],
  noNewPrivs: false,
  readOnlyRootfs: false,
  runAsUser: null,
  runAsGroup: null,
  supplementalGroups: [],
}
const uname: Use<string> = (pod) => pod.sh('uname -r')
const memTotal: Use<number> = async (pod) => Number((await pod.sh('grep MemTotal /proc/meminfo')).replace(/\D+/g, ''))
const meminfo =
  (key: string): Use<number> =>
  async (pod) =>
    Number((await pod.sh(`grep ^${key}: /proc/meminfo`)).replace(/\D+/g, ''))
const nproc: Use<number> = async (pod) => Number(await pod.sh('nproc'))
const ps: Use<string> = (pod) => pod.sh('ps -o pid,args')

describe('isolation', () => {
  it('is a kernel of its own for each pod, one for all containers of a pod', () =>
    inPod([], 'kata-qemu', { containers: [{}, {}] }, async (pod, test) => {
      const other = await test.pod('kata-qemu')
      const bootId = 'cat /proc/sys/kernel/random/boot_id'
      const own = await pod.sh(bootId)
      expect(await pod.sh(bootId, 1)).to.equal(own)
      expect(await other.sh(bootId)).to.not.equal(own)
      expect(await test.onNode(bootId)).to.not.equal(own)
      expect(await pod.sh('uname -r')).to.equal('6.18.5\n')
    }))

  it('runc-behind-kata-handlers', async () => {
    expect(await inPod(['runc-behind-kata-handlers'], 'kata-qemu', {}, uname)).to.equal('6.8.0-64-generic\n')
  })

  it('vm-shared-by-pods: one kernel, own processes', () =>
    inPod(['vm-shared-by-pods'], 'kata-qemu', {}, async (pod, test) => {
      const second = await test.pod('kata-qemu')
      const other = await test.pod('kata-clh')
      const bootId = 'cat /proc/sys/kernel/random/boot_id'
      expect(await second.sh(bootId)).to.equal(await pod.sh(bootId))
      expect(await other.sh(bootId)).to.not.equal(await pod.sh(bootId))
      await test.runtime.stopPodSandbox(pod.id)
      expect(await second.sh('uname -r')).to.equal('6.18.5\n')
      expect(second.ips).to.not.deep.equal(pod.ips)
    }))

  it('vm-per-container', () =>
    inPod(['vm-per-container'], 'kata-qemu', { containers: [{}, {}] }, async (pod) => {
      const bootId = 'cat /proc/sys/kernel/random/boot_id'
      expect(await pod.sh(bootId, 1)).to.not.equal(await pod.sh(bootId))
    }))

  it('a handler that containerd does not have is refused', () =>
    inPod([], '', {}, async (_pod, test) => {
      const refusal = await test.pod('kata-nope').catch((error: Error) => error.message)
      expect(refusal).to.equal('failed to get sandbox runtime: no runtime for "kata-nope" is configured')
    }))

  it('missing-handler-falls-back-to-runc', async () => {
    expect(await inPod(['missing-handler-falls-back-to-runc'], 'kata-nope', {}, uname)).to.equal('6.8.0-64-generic\n')
  })

  it('old-guest-kernel', async () => {
    expect(await inPod(['old-guest-kernel'], 'kata-qemu', {}, uname)).to.equal('5.15.63\n')
  })

  it('guest-sees-node-memory: meminfo alone, the VM keeps its size', () =>
    inPod(['guest-sees-node-memory'], 'kata-qemu', {}, async (pod, test) => {
      expect(await memTotal(pod, test)).to.equal(test.node.machine.meminfo().MemTotal)
      expect(
        test.node.machine
          .processes()
          .find(({ comm }) => comm.startsWith('qemu'))
          ?.argv.join(' '),
      ).to.include('-m 2048M,')
    }))

  it('guest-dmesg-is-the-hosts', () =>
    inPod(['guest-dmesg-is-the-hosts'], 'kata-qemu', { containers: [{ security: privileged }] }, async (pod) => {
      expect(await pod.sh('dmesg'))
        .to.include('6.8.0-64-generic')
        .and.not.include('kata-containers.target')
    }))

  const hostProc = {
    containers: [
      { mounts: [{ containerPath: '/host/proc', hostPath: '/proc', readonly: true, propagation: 'private' as const }] },
    ],
  }
  it('host-proc-exposed', async () => {
    const bootIds: Use<string[]> = async (pod, test) => [
      await pod.sh('cat /host/proc/sys/kernel/random/boot_id'),
      await pod.sh('cat /proc/sys/kernel/random/boot_id'),
      await test.onNode('cat /proc/sys/kernel/random/boot_id'),
    ]
    const [shown, guest] = await inPod([], 'kata-qemu', hostProc, bootIds)
    expect(shown).to.equal(guest)
    const [exposed, own, node] = await inPod(['host-proc-exposed'], 'kata-qemu', hostProc, bootIds)
    expect(exposed).to.equal(node)
    expect(own).to.not.equal(node)
  })
})

describe('PID namespaces', () => {
  it("are the container's own by default", async () => {
    const seen = await inPod([], 'kata-qemu', { containers: [{ command: ['sleep', '3601'] }] }, ps)
    expect(seen)
      .to.match(/^\s*1 sleep 3601$/m)
      .and.not.match(/pause|agent|systemd|kthreadd/)
  })

  for (const [title, sandbox] of Object.entries({ hostPID: hostPid, shareProcessNamespace: shared })) {
    it(`are the sandbox's with ${title}: /pause and both containers`, async () => {
      const seen = await inPod(
        [],
        'kata-qemu',
        { sandbox, containers: [{ command: ['sleep', '4001'] }, { command: ['sleep', '4002'] }] },
        ps,
      )
      expect(seen)
        .to.match(/^\s*1 \/pause$/m)
        .and.include('sleep 4001')
        .and.include('sleep 4002')
      expect(seen).to.not.match(/kubelet|containerd|kata-agent|systemd|kthreadd/)
    })
  }

  it('host-pid-namespace-leaked', async () => {
    expect(await inPod(['host-pid-namespace-leaked'], 'kata-qemu', { sandbox: hostPid }, ps))
      .to.include('/usr/bin/kubelet')
      .and.include('/usr/bin/containerd')
    expect(await inPod(['host-pid-namespace-leaked'], 'kata-qemu', { sandbox: shared }, ps)).to.not.include(
      '/usr/bin/kubelet',
    )
  })

  it('guest-root-pid-namespace-leaked', async () => {
    const seen = await inPod(['guest-root-pid-namespace-leaked'], 'kata-qemu', { sandbox: hostPid }, (pod) =>
      pod.sh('cat /proc/[0-9]*/comm'),
    )
    expect(seen).to.include('kata-agent').and.include('systemd').and.include('kthreadd')
  })

  it('privileged-sees-agent: privileged pods only', async () => {
    const comms: Use<string> = (pod) => pod.sh('cat /proc/[0-9]*/comm')
    expect(await inPod(['privileged-sees-agent'], 'kata-qemu', { sandbox: hostPid }, comms)).to.not.include(
      'kata-agent',
    )
    expect(
      await inPod(
        ['privileged-sees-agent'],
        'kata-qemu',
        { sandbox: hostPid, containers: [{ security: privileged }] },
        comms,
      ),
    ).to.include('kata-agent')
  })

  it('pause-is-pid-1-by-default', async () => {
    expect(await inPod(['pause-is-pid-1-by-default'], 'kata-qemu', {}, ps)).to.match(/^\s*1 \/pause$/m)
  })

  it('process-namespace-sharing-ignored: hostPID still works', async () => {
    expect(await inPod(['process-namespace-sharing-ignored'], 'kata-qemu', { sandbox: shared }, ps)).to.not.include(
      '/pause',
    )
    expect(await inPod(['process-namespace-sharing-ignored'], 'kata-qemu', { sandbox: hostPid }, ps)).to.include(
      '/pause',
    )
  })
})

describe('guest network', () => {
  const eth0: Use<string> = (pod) => pod.sh('ip addr show eth0; ip route')
  it("is the pod's: address, MAC, default route", () =>
    inPod([], 'kata-qemu', {}, async (pod, test) => {
      const seen = await eth0(pod, test)
      expect(seen).to.include(`inet ${pod.ips[0]}/24`).and.include('default via 10.244.1.1 dev eth0')
      const qemu = test.node.machine.processes().find(({ comm }) => comm.startsWith('qemu'))
      expect(seen).to.include(/mac=([0-9a-f:]+)/.exec(qemu!.argv.join(' '))?.[1])
    }))

  it('is a loopback alone with hostNetwork', () =>
    inPod(
      [],
      'kata-qemu',
      { sandbox: { namespaces: { network: 'NODE', ipc: 'POD', pid: 'CONTAINER' } } },
      async (pod) => {
        expect(await pod.sh('ls /sys/class/net')).to.equal('lo\n')
      },
    ))

  it('guest-address-missing', async () => {
    expect(await inPod(['guest-address-missing'], 'kata-qemu', {}, eth0)).to.not.include('inet 10.')
  })

  it('guest-route-missing', async () => {
    expect(await inPod(['guest-route-missing'], 'kata-qemu', {}, eth0))
      .to.include('inet 10.244.1.')
      .and.not.include('default')
  })

  it('guest-mac-differs', () =>
    inPod(['guest-mac-differs'], 'kata-qemu', {}, async (pod, test) => {
      const qemu = test.node.machine.processes().find(({ comm }) => comm.startsWith('qemu'))
      const mac = /mac=([0-9a-f:]+)/.exec(qemu!.argv.join(' '))![1]!
      expect(await eth0(pod, test)).to.not.include(mac)
    }))
})

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
      pods: { containerOf: async () => ({ init: false, requests }) },
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
    const ids = await inPod([], 'kata-qemu', limited({ cpu: 4000 }), (pod) =>
      pod.sh("awk '/^processor/{print $3}' /proc/cpuinfo"),
    )
    expect(ids.trim().split('\n')).to.deep.equal(['0', '12', '13', '14', '15'])
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
      pods: { containerOf: async () => ({ init: false, requests }) },
    })
    expect(await nproc(await test.pod('kata-qemu'), test)).to.equal(3)
    await test.close()
  })
})
