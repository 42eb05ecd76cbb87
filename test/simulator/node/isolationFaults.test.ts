import { expect } from 'chai'
import { inPod, security, type TestNode, type TestPod } from './testNode.ts'

type Use<T> = (pod: TestPod, test: TestNode) => Promise<T>

const hostPid = { namespaces: { network: 'POD', ipc: 'POD', pid: 'NODE' } } as const
const shared = { namespaces: { network: 'POD', ipc: 'POD', pid: 'POD' } } as const
const privileged = { ...security, privileged: true }
const uname: Use<string> = (pod) => pod.sh('uname -r')
const meminfo =
  (key: string): Use<number> =>
  async (pod) =>
    Number(new RegExp(`^${key}: *(\\d+) kB$`, 'm').exec(await pod.sh('cat /proc/meminfo'))?.[1])
const memTotal = meminfo('MemTotal')
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

  it('guests-cloned-from-one-template: the same boot_id, own machines', () =>
    inPod(['guests-cloned-from-one-template'], 'kata-qemu', {}, async (pod, test) => {
      const second = await test.pod('kata-qemu')
      const bootId = 'cat /proc/sys/kernel/random/boot_id'
      expect(await second.sh(bootId)).to.equal(await pod.sh(bootId))
      expect(await test.onNode(bootId)).to.not.equal(await pod.sh(bootId))
      await test.runtime.stopPodSandbox(pod.id)
      expect(await second.sh('uname -r')).to.equal('6.18.5\n')
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
