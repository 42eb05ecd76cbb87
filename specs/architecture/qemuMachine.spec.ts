import path from 'node:path'
import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { qemuCommandLine, type QemuCommandLine } from '../../helpers/node/qemuCommandLine.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { resolved } from '../../helpers/node/resolved.ts'
import type { Expect } from '../../helpers/behaviour.ts'
import { onHomeOf } from '../../helpers/oracles/homeArchitecture.ts'
import { classes, notConfidential, onArchitecture, qemu } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** q35, pmu=off and nvdimm are of x86_64; guests of a TEE have a machine of their own (firmware, no shared files). */
const ordinaryQemu = classes(qemu, notConfidential, onArchitecture('amd64'))

async function qemuOf(
  node: NodeProbe,
  pod: PodHandle,
  expect: Expect,
): Promise<QemuCommandLine & { sandboxId: string }> {
  const { hypervisors, sandboxId } = await node.sandbox(pod.uid)
  const [hypervisor] = hypervisors
  expect(hypervisor?.comm ?? 'none', 'hypervisor process of the sandbox').to.match(/^qemu/)
  return { sandboxId, ...qemuCommandLine(hypervisor?.argv ?? []) }
}

behaviour('KATA-ARCH-015', {
  on: ordinaryQemu,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, facts, node, expect }) {
    onHomeOf('amd64', facts)
    const seen = await qemuOf(node, pods.pod, expect)
    expect(seen.name, '-name').to.include(`sandbox-${seen.sandboxId}`)
    expect(seen.machine, '-machine').to.include.members(['q35', 'accel=kvm'])
    expect(seen.cpu, '-cpu').to.include.members(['host', 'pmu=off'])
    expect(device(seen, 'vhost-vsock-pci'), 'devices vhost-vsock-pci').to.have.lengthOf(1)
    // Slots are for memory to come: a sandbox that boots with its limits needs none.
    if (need(facts.class.sizing, 'the sizing of the class') === 'hotplug')
      expect(seen.memory.slots, 'slots of -m').to.equal(10)
    if (need(facts.class.sharedFs, 'shared_fs') === 'virtio-fs') {
      const [shared] = device(seen, 'vhost-user-fs-pci')
      expect(shared, 'device vhost-user-fs-pci').to.include('tag=kataShared')
      // virtiofsd reads and writes the guest's memory: it must be a mapping that both processes have.
      const memory = seen.objects.filter(
        (object) => object.startsWith('memory-backend-') && !object.includes('readonly=on'),
      )
      expect(memory.join(' '), 'memory backend of the guest').to.include('share=on')
    }
  },
  killedBy: {
    'runc-behind-kata-handlers': 'hypervisor process of the sandbox',
    'hypervisor-without-kvm': '-machine: expected',
    'qemu-generic-cpu': '-cpu: expected',
    'no-vsock-device': 'devices vhost-vsock-pci',
    'qemu-without-memory-slots': 'slots of -m',
    'qemu-memory-not-shared': 'memory backend of the guest',
  },
})

const device = ({ devices }: QemuCommandLine, name: string): readonly string[] =>
  devices.filter((each) => each.startsWith(name))

behaviour('KATA-ARCH-020', {
  on: ordinaryQemu,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, facts, node, finding, expect }) {
    onHomeOf('amd64', facts)
    const { kernel, initrd, images } = await qemuOf(node, pods.pod, expect)
    const { kernelPath, imagePath, initrdPath } = facts.class
    // The configuration names links (vmlinux.container); the shim passes what they point to, in the same folder.
    const folderOf = (file: string) => resolved(node, path.dirname(file))
    expect(await folderOf(kernel), 'folder of -kernel').to.equal(
      await folderOf(need(kernelPath, 'kernel of the configuration')),
    )
    const booted = [...images, ...(initrd === null ? [] : [initrd])]
    finding(`boots ${kernel} with ${booted.join(', ') || 'nothing'}`)
    expect(booted, 'guest images: one rootfs image or one initrd').to.have.lengthOf(1)
    const configured =
      initrd === null ? need(imagePath, 'image of the configuration') : need(initrdPath, 'initrd of the configuration')
    expect(await folderOf(booted[0] ?? ''), 'folder of the guest image').to.equal(await folderOf(configured))
  },
  killedBy: {
    'runc-behind-kata-handlers': 'hypervisor process of the sandbox',
    'guest-kernel-outside-opt-kata': "folder of -kernel: expected '/boot'",
  },
})
