import { behaviour } from '../../helpers/behaviour.ts'
import { containerStart } from '../../helpers/guest/containerStart.ts'
import { diskHead } from '../../helpers/guest/diskText.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import {
  blockDevicesPlugged,
  blockDevicesRefused,
  classes,
  goShim,
  notConfidential,
} from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const inContainer = '/dev/hostdisk'

// The shim does not share the device, and the agent mounts what the guest has at that path (container.go, mountSharedDirMounts): a name that no guest has. With
// one that it has, the container would start on the guest's own device (recorded), and nothing would say so.
behaviour('KATA-HOSTPATH-004', {
  on: classes(goShim, notConfidential, blockDevicesRefused),
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, runtimeClass, finding, expect }) {
    const disk = await changes.blockDevice(16)
    const pod = await createPod(
      busybox(runtimeClass).hostPath(disk.path, inContainer, { type: 'BlockDevice', readOnly: true }).awaits('settled'),
    )
    const start = containerStart(pod)
    const head = start === 'started' ? await diskHead(pod, inContainer, disk.magic.length) : 'no container'
    expect(head, "what the container reads of the node's disk").to.not.equal(disk.magic)
    expect(start, 'start of a container with a hostPath of a block device').to.not.equal('started')
    if (!/No such file or directory|ENOENT/.test(start)) finding(`the container is refused with other words: ${start}`)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'start of a container with a hostPath of a block device',
    'host-disk-plugged-all-the-same': "what the container reads of the node's disk",
    'host-disk-path-made-up': 'start of a container with a hostPath of a block device',
  },
})

behaviour('KATA-HOSTPATH-005', {
  on: classes(goShim, blockDevicesPlugged),
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, expect }) {
    const disk = await changes.blockDevice(16)
    const pod = await createPod(
      busybox(runtimeClass).hostPath(disk.path, inContainer, { type: 'BlockDevice', readOnly: true }).awaits('settled'),
    )
    expect(containerStart(pod), 'start of a container with a hostPath of a block device').to.equal('started')
    await expectInVm({ api, expect, runtimeClass }, pod)
    // The risk that the guide warns of: that it is there is what the claim says.
    const head = await diskHead(pod, inContainer, disk.magic.length)
    expect(head, "what the container reads of the node's disk").to.equal(disk.magic)
  },
  killedBy: {
    'block-device-use-ignored': 'start of a container with a hostPath of a block device',
    'claimed-volumes-lose-data': "what the container reads of the node's disk",
  },
})
