import { expect } from 'chai'
import { onNode, resources, type TestNode } from './testNode.ts'

const processes = (test: TestNode, comm: RegExp) =>
  test.node.machine.processes().filter((process) => comm.test(process.comm))
const cmdline = (test: TestNode) => processes(test, /^qemu-system/)[0]?.argv.join(' ') ?? ''

describe('host side of a sandbox', () => {
  it('is one shim, one hypervisor with KVM, two virtiofsd, and no process of the container', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu', { containers: [{ command: ['sleep', '4711'] }, {}] })
      const shims = processes(test, /^containerd-shim/).filter(
        ({ argv }) => argv[0] === '/opt/kata/bin/containerd-shim-kata-v2',
      )
      expect(shims.map(({ argv }) => argv.at(-1))).to.deep.equal([pod.id])
      expect(processes(test, /^qemu-system/)).to.have.length(1)
      expect(processes(test, /^virtiofsd/)).to.have.length(2)
      expect(test.node.machine.processes().some(({ argv }) => argv.includes('4711'))).to.equal(false)
      const { pid } = processes(test, /^qemu-system/)[0]!
      expect(await test.onNode(`ls -l /proc/${pid}/fd`))
        .to.include('anon_inode:kvm-vm')
        .and.include('anon_inode:kvm-vcpu:0')
      expect(
        await test.onNode(
          `ls /run/vc/vm/${pod.id} /run/vc/sbs/${pod.id} /run/kata-containers/shared/sandboxes/${pod.id}`,
        ),
      ).to.include('qmp.sock')
    }))

  it('is gone with the pod', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu')
      await test.runtime.stopPodSandbox(pod.id)
      await test.runtime.removePodSandbox(pod.id)
      expect(processes(test, /^(qemu-system|virtiofsd|containerd-shim)/)).to.deep.equal([])
      expect(test.node.machine.files.kindOf(`/run/vc/vm/${pod.id}`)).to.equal(null)
      expect(test.node.machine.files.kindOf(`/run/kata-containers/shared/sandboxes/${pod.id}`)).to.equal(null)
    }))

  it('is no hypervisor and no virtiofsd with Dragonball: the shim holds the VM', () =>
    onNode([], async (test) => {
      await test.pod('kata-dragonball')
      expect(processes(test, /^(qemu|cloud-hyp|firecracker|virtiofsd)/)).to.deep.equal([])
      const [shim] = processes(test, /^containerd-shim/).filter(({ argv }) =>
        argv[0]?.startsWith('/opt/kata/runtime-rs/'),
      )
      expect(await test.onNode(`ls -l /proc/${shim!.pid}/fd`)).to.include('anon_inode:kvm-vm')
    }))

  it('shim-per-container', () =>
    onNode(['shim-per-container'], async (test) => {
      await test.pod('kata-qemu', { containers: [{}, {}, {}] })
      expect(processes(test, /^containerd-shim/).filter(({ argv }) => argv[0]?.includes('kata'))).to.have.length(3)
    }))

  it('second-hypervisor-per-sandbox', () =>
    onNode(['second-hypervisor-per-sandbox'], async (test) => {
      const pod = await test.pod('kata-qemu')
      const both = processes(test, /^qemu-system/)
      expect(both.map(({ argv }) => argv[2])).to.deep.equal([`sandbox-${pod.id}`, `sandbox-${pod.id}`])
      await test.pod('kata-dragonball')
      expect(processes(test, /^qemu-system/)).to.have.length(2)
    }))

  it('container-process-on-host', () =>
    onNode(['container-process-on-host'], async (test) => {
      await test.pod('kata-qemu', { containers: [{ command: ['sleep', '4711'] }] })
      expect(test.node.machine.processes().filter(({ argv }) => argv.join(' ') === 'sleep 4711')).to.have.length(1)
    }))

  it('virtiofsd-missing: mounts stay virtiofs', () =>
    onNode(['virtiofsd-missing'], async (test) => {
      const pod = await test.pod('kata-qemu')
      expect(processes(test, /^virtiofsd/)).to.deep.equal([])
      expect(await pod.sh('grep " / " /proc/mounts')).to.include('virtiofs')
    }))

  it('rootfs-by-9p', () =>
    onNode(['rootfs-by-9p'], async (test) => {
      test.node.machine.files.mkdir('/var/tmp/dir')
      const pod = await test.pod('kata-qemu', {
        containers: [
          { mounts: [{ containerPath: '/dir', hostPath: '/var/tmp/dir', readonly: false, propagation: 'private' }] },
        ],
      })
      expect(await pod.sh('awk \'$2=="/" || $2=="/dir" {print $3}\' /proc/mounts')).to.equal('9p\n9p\n')
      expect(cmdline(test)).to.include('vhost-user-fs-pci')
    }))

  it('no-vsock-device', () =>
    onNode(['no-vsock-device'], async (test) => {
      await test.pod('kata-qemu')
      expect(cmdline(test)).to.not.match(/vsock|virtio-serial/)
    }))

  it('guest-cid-not-unique', () =>
    onNode(['guest-cid-not-unique'], async (test) => {
      await test.pod('kata-qemu')
      await test.pod('kata-qemu')
      expect(
        processes(test, /^qemu-system/).map(({ argv }) => /guest-cid=(\d+)/.exec(argv.join(' '))?.[1]),
      ).to.deep.equal(['3', '3'])
    }))

  it('hypervisor-without-kvm', () =>
    onNode(['hypervisor-without-kvm'], async (test) => {
      await test.pod('kata-qemu')
      const { pid } = processes(test, /^qemu-system/)[0]!
      expect(cmdline(test)).to.include('accel=tcg')
      expect(await test.onNode(`ls -l /proc/${pid}/fd`)).to.not.include('kvm')
    }))

  it('guest-kernel-outside-opt-kata', () =>
    onNode(['guest-kernel-outside-opt-kata'], async (test) => {
      await test.pod('kata-qemu')
      expect(cmdline(test)).to.include('-kernel /boot/vmlinuz -append').and.include('mem-path=/var/lib/root-disk.img')
    }))

  it('hypervisor-survives-deletion', () =>
    onNode(['hypervisor-survives-deletion'], async (test) => {
      const pod = await test.pod('kata-qemu')
      await test.runtime.stopPodSandbox(pod.id)
      await test.runtime.removePodSandbox(pod.id)
      expect(processes(test, /^qemu-system/)).to.have.length(1)
      expect(processes(test, /^containerd-shim/).filter(({ argv }) => argv[0]?.includes('kata'))).to.have.length(1)
      expect(test.runtime.containerStatus(pod.containers[0]!)).to.equal(null)
    }))
})

/** Resident memory of the processes of the only sandbox, MiB. */
function residentMiB(test: TestNode): { shim: number; hypervisor: number; virtiofsd: number } {
  const rss = (comm: RegExp) =>
    processes(test, comm)
      .filter(({ argv }) => !argv[0]?.includes('runc'))
      .map(
        ({ pid }) =>
          Number(
            /VmRSS:\s+(\d+)/.exec(Buffer.from(test.node.machine.files.read(`/proc/${pid}/status`)!).toString())?.[1],
          ) / 1024,
      )
      .reduce((sum, one) => sum + one, 0)
  return { shim: rss(/^containerd-shim/), hypervisor: rss(/^(qemu-system|cloud-hyp)/), virtiofsd: rss(/^virtiofsd/) }
}

describe('host memory of a sandbox', () => {
  const idle: [handler: string, shim: number, hypervisor: number, virtiofsd: number][] = [
    ['kata-qemu-minimal', 43, 210, 8],
    ['kata-qemu', 42, 245, 34],
    ['kata-qemu-runtime-rs', 20, 243, 34],
    ['kata-clh', 42, 136, 34],
    ['kata-dragonball', 180, 0, 0],
  ]
  for (const [handler, shim, hypervisor, virtiofsd] of idle) {
    it(`${handler}: the guide's idle figures`, () =>
      onNode([], async (test) => {
        await test.pod(handler)
        const found = residentMiB(test)
        expect(found.shim).to.be.closeTo(shim, 3)
        expect(found.hypervisor).to.be.closeTo(hypervisor, 3)
        expect(found.virtiofsd).to.be.closeTo(virtiofsd, 1)
      }))
  }

  it('follows what the guest touches', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu')
      const before = residentMiB(test).hypervisor
      await pod.sh('head -c 100m /dev/zero | tail | wc -c')
      expect(residentMiB(test).hypervisor - before).to.be.within(90, 130)
    }))

  const grown = async (faults: string[], limits: { cpu?: number; memoryMiB?: number }) =>
    onNode(faults, async (test) => {
      await test.pod('kata-qemu-minimal', { containers: [{ resources: resources(limits) }] })
      return residentMiB(test).hypervisor
    })

  it('hardly grows with memory that is plugged and not used', async () => {
    expect((await grown([], { memoryMiB: 1024 })) - (await grown([], {}))).to.be.closeTo(16, 2)
  })

  it('guest-memory-preallocated: all of it at start and at hot-plug', async () => {
    expect(await grown(['guest-memory-preallocated'], { memoryMiB: 1024 })).to.be.above(1280)
  })

  it('vcpus-cost-host-memory: 64 MiB for each beyond the first', async () => {
    const limits = { cpu: 4000 }
    expect(
      (await grown(['vcpus-cost-host-memory'], limits)) - (await grown(['vcpus-cost-host-memory'], {})),
    ).to.be.closeTo(4 * 64, 4)
    expect((await grown([], limits)) - (await grown([], {}))).to.be.closeTo(12, 4)
  })
})
