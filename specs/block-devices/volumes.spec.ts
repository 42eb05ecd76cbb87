import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { mebibytes } from '../../helpers/facts/quantity.ts'
import { blockDevices, type BlockDevice } from '../../helpers/guest/blockDevices.ts'
import { diskHead } from '../../helpers/guest/diskText.ts'
import { addedDisks, disks, disksInCommon } from '../../helpers/guest/disks.ts'
import { containerStart } from '../../helpers/guest/containerStart.ts'
import { fileKind } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { nodeDisks } from '../../helpers/node/nodeDisks.ts'
import { claimVolume } from '../../helpers/objects/claimedVolume.ts'
import {
  blockDevicesPlugged,
  blockDevicesRefused,
  classes,
  decide,
  goShim,
  qemu,
} from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** kata-qemu-block-minimal, and what is configured like it. */
const blockClasses = classes(goShim, qemu, blockDevicesPlugged)
/** kata-qemu as it is shipped. */
const stockClasses = classes(goShim, qemu, blockDevicesRefused)

const at = '/dev/xvda'
const sizeMiB = 64
const mebibyte = 1024 ** 2

type Context = CheckContext<string, unknown>

/** A volume of mode Block, and a pod of the class under test that has it. */
async function withVolume(context: Context) {
  const { createPod, runtimeClass, expect } = context
  const { claim, magic } = await claimVolume(context, 'Block', sizeMiB)
  const again = () => createPod(busybox(runtimeClass).claim(claim, at, { device: true }).awaits('settled'))
  const pod = await again()
  expect(containerStart(pod), 'start of a container with a volume of mode Block').to.equal('started')
  await expectInVm(context, pod)
  // Before anything is written to it: a device of the suite's own shows what the suite wrote there.
  if (magic !== null) expect(await diskHead(pod, at, magic.length), 'first bytes of the volume').to.equal(magic)
  const bound = await context.api.find({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: claim,
    namespace: pod.namespace,
  })
  const { capacity } = (bound?.status ?? {}) as { capacity?: { storage?: string } }
  /** Drivers round up what was asked, and may hand out a little more than they say. */
  const expectSize = (disk: BlockDevice | undefined, what: string) =>
    void expect((disk?.sizeBytes ?? 0) / mebibyte, what).to.be.within(sizeMiB, mebibytes(capacity?.storage ?? '0') * 2)
  return { pod, again, expectSize }
}

/** The disk of the guest that the container's device is. */
async function diskOf(pod: PodHandle): Promise<BlockDevice | undefined> {
  const { stdout } = await pod.read(['stat', '-c', '%t:%T', at])
  const numbers = stdout
    .trim()
    .split(':')
    .map((hexadecimal) => parseInt(hexadecimal, 16))
    .join(':')
  return (await blockDevices(pod)).find((disk) => disk.numbers === numbers)
}

// The guide's /dev/xvda is the path in the container alone; in the guest the disk is sdX, major 8 (Linux, devices.txt).
behaviour('KATA-BLOCK-002', {
  on: classes(goShim, qemu, blockDevicesPlugged, ({ blockDeviceDriver }) =>
    decide('block_device_driver', blockDeviceDriver, (value) => value === 'virtio-scsi'),
  ),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { expect } = context
    const { pod, expectSize } = await withVolume(context)
    expect(await fileKind(pod, at), 'kind of the device').to.equal('block special file')
    const disk = await diskOf(pod)
    expect(disk?.numbers ?? 'no disk of the guest', 'numbers of the disk in the guest').to.match(
      /^(8|6[5-9]|7[01]):\d+$/,
    )
    expect(disk?.vendor, 'vendor of the SCSI disk').to.equal('QEMU')
    expectSize(disk, 'MiB of the disk')
  },
  timeoutMs: 180_000,
  killedBy: {
    'block-driver-ignored': 'numbers of the disk in the guest',
  },
})

const sum = `dd if=${at} bs=1M skip=1 count=10 2>/dev/null | sha256sum`

behaviour('KATA-BLOCK-003', {
  on: blockClasses,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { expect } = context
    const { pod, again, expectSize } = await withVolume(context)
    const disk = await diskOf(pod)
    expectSize(disk, 'MiB of the disk before it is written to')
    const write = await pod.exec(['sh', '-c', `dd if=/dev/urandom of=${at} bs=1M seek=1 count=10 conv=fsync,notrunc`])
    expect(write.exitCode, `writing 10 MiB (${write.stderr.trim()})`).to.equal(0)
    expect(write.stderr, 'what dd says').to.include('10+0 records out')
    const written = (await pod.read(['sh', '-c', sum])).stdout
    await pod.delete()
    const second = await again()
    expect(containerStart(second), 'start of the next pod with the volume').to.equal('started')
    expect((await second.read(['sh', '-c', sum])).stdout, 'SHA-256 of what the next pod reads').to.equal(written)
  },
  timeoutMs: 240_000,
  killedBy: {
    'block-volume-read-only': 'writing 10 MiB',
    'claimed-volumes-lose-data': 'SHA-256 of what the next pod reads',
  },
})

behaviour('KATA-BLOCK-004', {
  on: blockClasses,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { node, expect } = context
    const { pod } = await withVolume(context)
    const volume = await diskOf(pod)
    const [ofGuest, ofNode] = [await disks(pod), await nodeDisks(node)]
    expect(volume?.name ?? 'none', 'the volume among the disks of the guest').to.be.oneOf(
      ofGuest.map(({ name }) => name),
    )
    const others = (await addedDisks(pod)).filter(({ name }) => name !== volume?.name)
    expect(disksInCommon(others, ofNode), "disks of the guest beside the volume that are the node's").to.deep.equal([])
  },
  timeoutMs: 180_000,
  killedBy: {
    'node-disk-beside-the-volume': "disks of the guest beside the volume that are the node's",
  },
})

// The OCI list of devices does not consult disable_block_device_use: upstream's k8s-block-volume.bats passes on stock kata-qemu.
behaviour('KATA-BLOCK-009', {
  on: stockClasses,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { finding } = context
    const { pod, expectSize } = await withVolume(context)
    const disk = await diskOf(pod)
    finding(
      `a volume of mode Block is ${disk?.name ?? 'no disk'} (${disk?.numbers ?? ''}) in the guest of a class without block devices`,
    )
    expectSize(disk, 'MiB of the disk')
  },
  timeoutMs: 180_000,
  killedBy: {
    'stock-class-refuses-block-claims': 'start of a container with a volume of mode Block',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
