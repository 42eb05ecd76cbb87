import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { bootId, parseBootId } from '../../helpers/guest/bootId.ts'
import { blockDevices } from '../../helpers/guest/blockDevices.ts'
import { expectInVm, expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { mebibytes, meminfo } from '../../helpers/guest/meminfo.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// A hostPath of /dev is the guest's own devtmpfs: the shim shares no device (mount.go, isHostDevice; upstream's k8s-hostpath-volume.bats). What a guest shows
// of its own is told from the node's by disks of the node, and by KVM, which no guest of Kata has.
behaviour('KATA-HOSTPATH-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPath('/dev', '/host-dev') }),
  async check({ pods: { pod }, node, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const names = (await pod.read(['ls', '/host-dev'])).stdout.split('\n').filter(Boolean)
    const [ofNode, ofGuest, devices] = await Promise.all([node.blockDevices(), blockDevices(pod), node.list('/dev')])
    const guests = new Map(ofGuest.map((disk) => [disk.name, disk.sizeBytes]))
    const isGuests = (await pod.read(['ls', '/sys/block'])).stdout.split('\n')
    // A name that the guest's kernel has too is the guest's, unless the size is the node's; RAM disks are alike everywhere.
    const shown = ofNode.filter(
      ({ name, sizeBytes }) =>
        names.includes(name) &&
        !/^z?ram\d+$/.test(name) &&
        (!isGuests.includes(name) || guests.get(name) === sizeBytes),
    )
    expect(
      shown.map(({ name }) => name),
      "disks of the node below a container's hostPath /dev",
    ).to.deep.equal([])
    if (devices.includes('kvm'))
      expect(names.includes('kvm') ? 'kvm is there' : 'no kvm', 'KVM below a hostPath /dev').to.equal('no kvm')
    else finding('the node has no /dev/kvm to tell its devices by')
    expect(mountOn(await mounts(pod), '/host-dev')?.type, 'type of the hostPath /dev').to.equal('devtmpfs')
  },
  killedBy: {
    'host-devices-exposed': "disks of the node below a container's hostPath /dev",
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-HOSTPATH-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    agent: busybox(runtimeClass).hostPath('/proc', '/host/proc').hostPath('/sys', '/host/sys'),
  }),
  async check({ pods: { agent }, facts, api, expect }) {
    const { stdout } = await agent.read(['cat', '/host/proc/sys/kernel/random/boot_id'])
    const shown = parseBootId(stdout, `/host/proc/sys/kernel/random/boot_id in pod ${agent.name}`)
    const [own, ofNode] = await Promise.all([bootId(agent), api.bootId(facts.node.name)])
    expectOwnKernel(expect, 'boot_id below the hostPath /proc', shown, ofNode)
    expect(shown, "boot_id below the hostPath /proc, beside the guest's").to.equal(own)
    const total = mebibytes(await meminfo(agent, '/host/proc/meminfo'), 'MemTotal')
    expect(total, "MemTotal below the hostPath /proc, beside the guest's").to.equal(
      mebibytes(await meminfo(agent), 'MemTotal'),
    )
    expect(total, "MemTotal below the hostPath /proc, beside the node's").to.not.be.closeTo(
      need(facts.node.memoryMiB, 'memory of the node'),
      1,
    )
    const list = async (path: string) => (await agent.read(['ls', path])).stdout.trim().split('\n')
    const [devices, interfaces] = [await list('/host/sys/block'), await list('/host/sys/class/net')]
    expect(devices, "disks below the hostPath /sys, beside the guest's").to.deep.equal(await list('/sys/block'))
    expect(interfaces, "interfaces below the hostPath /sys, beside the guest's").to.deep.equal(
      await list('/sys/class/net'),
    )
  },
  killedBy: {
    'host-proc-exposed': 'boot_id below the hostPath /proc',
    'guest-sees-node-memory': "MemTotal below the hostPath /proc, beside the node's",
    'host-sys-exposed': 'below the hostPath /sys',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
