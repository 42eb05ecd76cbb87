import { expect } from 'chai'
import { onNode, type TestNode } from './testNode.ts'

const failure = (test: TestNode) =>
  test.pod('kata-qemu').then(
    () => '',
    (error: Error) => error.message,
  )

describe('Kata node', () => {
  it('has flags, KVM, firmware names and the switch of nesting', () =>
    onNode([], async (test) => {
      expect(await test.onNode("grep -m1 -woE 'vmx|svm' /proc/cpuinfo")).to.equal('vmx\n')
      expect(await test.onNode('grep -c -w hypervisor /proc/cpuinfo')).to.equal('16\n')
      expect(await test.onNode("stat -c '%F %t:%T' /dev/kvm")).to.equal('character special file a:e8\n')
      expect(await test.onNode('cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name')).to.equal(
        'QEMU\nStandard PC (Q35 + ICH9, 2009)\n',
      )
      expect(await test.onNode('cat /sys/module/kvm_intel/parameters/nested')).to.equal('Y\n')
    }))

  it('has what kata-deploy installs', () =>
    onNode([], async (test) => {
      expect(await test.onNode('/opt/kata/bin/containerd-shim-kata-v2 --version')).to.include('version: 3.26.0')
      expect(await test.onNode('/opt/kata/runtime-rs/bin/containerd-shim-kata-v2 --version')).to.include(
        'version: 3.26.0',
      )
      expect(await test.onNode('/opt/kata/bin/qemu-system-x86_64 --version')).to.include('10.2.0')
      expect(await test.onNode('/opt/kata/bin/kata-runtime check')).to.include(
        'System is capable of running Kata Containers',
      )
      expect(await test.onNode('cat /opt/kata/VERSION')).to.equal('3.26.0\n')
      expect(await test.onNode('readlink -f /opt/kata/share/defaults/kata-containers/configuration.toml')).to.match(
        /configuration-qemu\.toml\n$/,
      )
      expect(
        await test.onNode(
          'cat /opt/kata/share/defaults/kata-containers/custom-runtimes/kata-qemu-minimal/config.d/50-overrides.toml',
        ),
      ).to.include('default_memory = 256')
    }))

  it('tells its sandboxes by crictl and config.json', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu')
      const { items } = JSON.parse(await test.onNode('crictl pods -o json')) as {
        items: { id: string; runtimeHandler: string }[]
      }
      expect(items.find(({ id }) => id === pod.id)?.runtimeHandler).to.equal('kata-qemu')
      expect(items.filter(({ runtimeHandler }) => runtimeHandler === '')).to.have.length(1)
      const config = JSON.parse(
        await test.onNode(`cat /run/containerd/io.containerd.runtime.v2.task/k8s.io/${pod.id}/config.json`),
      ) as { annotations: Record<string, string> }
      expect(config.annotations['io.kubernetes.cri.container-type']).to.equal('sandbox')
      expect(config.annotations['io.kubernetes.cri.sandbox-id']).to.equal(pod.id)
    }))

  it('cri-reports-no-handler', () =>
    onNode(['cri-reports-no-handler'], async (test) => {
      const pod = await test.pod('kata-qemu')
      const { status } = JSON.parse(await test.onNode(`crictl inspectp ${pod.id}`)) as {
        status: { runtimeHandler: string }
      }
      expect(status.runtimeHandler).to.equal('')
    }))

  it('refuses an untrusted workload with a handler', () =>
    onNode([], async (test) => {
      const refusal = await test
        .pod('kata-qemu', { sandbox: { annotations: { 'io.kubernetes.cri.untrusted-workload': 'true' } } })
        .catch((error: Error) => error.message)
      expect(refusal).to.equal(
        'failed to get sandbox runtime: untrusted workload with explicit runtime handler is not allowed',
      )
    }))

  it('refuses an annotation in the words of the Go shim', () =>
    onNode([], async (test) => {
      const annotations = { 'io.katacontainers.config.hypervisor.default_memory': '1024' }
      const refusal = await test.pod('kata-qemu', { sandbox: { annotations } }).catch((error: Error) => error.message)
      expect(refusal).to.equal(
        'failed to create containerd task: failed to create shim task: annotation io.katacontainers.config.hypervisor.default_memory is not enabled: unknown',
      )
      expect(test.node.machine.processes().filter(({ comm }) => comm === 'containerd-shim')).to.deep.equal([])
    }))

  it('needs devmapper for Firecracker', () =>
    onNode(
      [],
      async (test) => {
        const refusal = await test.pod('kata-fc').catch((error: Error) => error.message)
        expect(refusal).to.include('snapshotter devmapper was not found: not found')
      },
      { snapshotters: ['overlayfs'] },
    ))
})

describe('faults of the second Kata node', () => {
  it('node-without-virtualization-flags', async () => {
    const flags = (kataNumber: number) =>
      onNode(['node-without-virtualization-flags'], (test) => test.onNode("grep -c -woE 'vmx|svm' /proc/cpuinfo"), {
        kataNumber,
      })
    expect(await flags(1)).to.equal('16\n')
    expect(await flags(2)).to.equal('0\n')
  })

  const second = (fault: string, use: (test: TestNode) => Promise<void>) => onNode([fault], use, { kataNumber: 2 })
  it('node-without-kvm', () =>
    second('node-without-kvm', async (test) => {
      expect(await failure(test)).to.include('Could not access KVM kernel module: No such file or directory')
      expect(test.node.machine.files.kindOf('/dev/kvm')).to.equal(null)
    }))

  it('kvm-locked-by-firmware', () =>
    second('kvm-locked-by-firmware', async (test) => {
      expect(await failure(test)).to.include('Could not access KVM kernel module: No such device')
      expect(await test.onNode('dd if=/dev/kvm count=0 2>&1')).to.include('No such device')
    }))

  it('leave the first node alone', () =>
    onNode(['node-without-kvm'], async (test) => {
      expect(await failure(test)).to.equal('')
    }))
})
