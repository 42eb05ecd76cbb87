import { behaviour } from '../../helpers/behaviour.ts'
import { containerStart } from '../../helpers/guest/containerStart.ts'
import { diskHead } from '../../helpers/guest/diskText.ts'
import { textOf } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { claimVolume } from '../../helpers/objects/claimedVolume.ts'
import { blockDevicesPlugged, classes, goShim, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const blockClasses = classes(goShim, blockDevicesPlugged, sharedByVirtiofs)

behaviour('KATA-BLOCK-005', {
  on: blockClasses,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { createPod, runtimeClass, expect } = context
    const { claim } = await claimVolume(context, 'Filesystem', 64)
    const mounted = () => createPod(busybox(runtimeClass).claim(claim, '/data'))
    const first = await mounted()
    await expectInVm(context, first)
    expect(mountOn(await mounts(first), '/data')?.type, 'type of a claim of mode Filesystem').to.equal('virtiofs')
    const { exitCode, stderr } = await first.exec([
      'sh',
      '-c',
      'dd if=/dev/zero of=/data/zeros bs=1M count=16 conv=fsync && dd if=/data/zeros of=/dev/null bs=1M && echo kept >/data/file && sync',
    ])
    expect(exitCode, `writing and reading 16 MiB (${stderr.trim()})`).to.equal(0)
    await first.delete()
    expect(await textOf(await mounted(), '/data/file'), 'what the next pod reads of the volume').to.equal('kept\n')
  },
  timeoutMs: 180_000,
  killedBy: {
    'claimed-files-plugged-as-a-disk': 'type of a claim of mode Filesystem',
    'claimed-volumes-lose-data': 'what the next pod reads of the volume',
  },
})

behaviour('KATA-BLOCK-006', {
  on: blockClasses,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { changes, createPod, runtimeClass, expect } = context
    const folder = await changes.folder({ file: 'of the host\n' })
    const pod = await createPod(busybox(runtimeClass).hostPath(folder.path, '/folder', { type: 'Directory' }))
    await expectInVm(context, pod)
    expect(mountOn(await mounts(pod), '/folder')?.type, 'type of a hostPath directory').to.equal('virtiofs')
    expect(await textOf(pod, '/folder/file'), 'a file of the host').to.equal('of the host\n')
  },
  killedBy: {
    'host-path-shows-the-guest': 'type of a hostPath directory',
    'host-path-copied-at-start': 'type of a hostPath directory',
  },
})

const offset = 1024 ** 2

// The risk that the guide warns of, shown on a loop device of the suite: what a container writes is in the file on the node.
behaviour('KATA-BLOCK-007', {
  on: classes(goShim, blockDevicesPlugged),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { changes, createPod, runtimeClass, expect } = context
    const disk = await changes.blockDevice(16)
    const at = '/dev/hostdisk'
    const pod = await createPod(
      busybox(runtimeClass).hostPath(disk.path, at, { type: 'BlockDevice' }).awaits('settled'),
    )
    expect(containerStart(pod), 'start of a container with a hostPath of a block device').to.equal('started')
    await expectInVm(context, pod)
    // Nothing is written before the device has shown that it is the suite's.
    expect(await diskHead(pod, at, disk.magic.length), "what the container reads of the node's disk").to.equal(
      disk.magic,
    )
    const marker = `written by ${pod.uid}`
    const write = await pod.exec([
      'sh',
      '-c',
      'printf %s "$1" | dd of="$2" bs=512 seek="$3" conv=notrunc,fsync',
      'write',
      marker,
      at,
      String(offset / 512),
    ])
    expect(write.exitCode, `writing to the disk (${write.stderr.trim()})`).to.equal(0)
    expect(await disk.read(offset, marker.length), 'what the container wrote, on the node').to.equal(marker)
  },
  killedBy: {
    'claimed-volumes-lose-data': "what the container reads of the node's disk",
    'block-volume-read-only': 'writing to the disk',
    'block-device-use-ignored': 'start of a container with a hostPath of a block device',
  },
})
