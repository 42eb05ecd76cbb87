import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { containerStart } from '../../helpers/guest/containerStart.ts'
import { diskHead } from '../../helpers/guest/diskText.ts'
import { sha256, textOf } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podFolder } from '../../helpers/node/podFolder.ts'
import { classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const volume = 'data'
const inVictim = '/data'
const written = 'of the other pod'

// What lies open to a hostPath is shown on a pod of the suite's own: its emptyDir is a directory of the node like any other, and goes with it. The whole
// volumes folder is mounted, as Kata takes a hostPath that ends in kubernetes.io~empty-dir/NAME for an emptyDir and makes it in the guest (mount.go).
behaviour('KATA-SEC-006', {
  on: classes(sharedByVirtiofs, notConfidential),
  control: true,
  pods: ({ runtimeClass }) => ({
    reader: busybox(runtimeClass).hostPath('/etc', '/host-etc', { readOnly: true }),
    victim: busybox(undefined)
      .emptyDir(inVictim, { name: volume })
      .script(`echo ${written} >${inVictim}/secret; chmod 0600 ${inVictim}/secret; touch /tmp/written; exec sleep 3601`)
      .readinessExec(['test', '-e', '/tmp/written'])
      .unshared(),
  }),
  furtherPods: 1,
  async check(context) {
    const { pods, node, createPod, runtimeClass, finding, expect } = context
    await expectInVm(context, pods.reader)
    const ofNode = await node.sha256('/etc/machine-id')
    if (ofNode === null) throw new FactUnknownError('what is in /etc of the node', 'no /etc/machine-id')
    expect(
      await sha256(pods.reader, '/host-etc/machine-id'),
      "SHA-256 of machine-id below the hostPath /etc, beside the node's",
    ).to.equal(ofNode)

    const folder = await podFolder(node, pods.victim.uid)
    if (folder === null) throw new FactUnknownError('where the kubelet keeps pods', `no folder of ${pods.victim.uid}`)
    const pod = await createPod(busybox(runtimeClass).hostPath(`${folder}/volumes`, '/volumes', { type: 'Directory' }))
    await expectInVm(context, pod)
    const there = `/volumes/kubernetes.io~empty-dir/${volume}`
    expect((await textOf(pod, `${there}/secret`)).trim(), "another pod's file by a hostPath").to.equal(written)
    const { stderr } = await pod.exec(['sh', '-c', 'echo "$2" >"$1/planted"', 'plant', there, pod.uid])
    const planted = (await textOf(pods.victim, `${inVictim}/planted`)).trim()
    expect(planted, `what a pod with a hostPath wrote into another pod (${stderr.trim()})`).to.equal(pod.uid)
    finding('a hostPath of a directory reads and writes the node as with any runtime: only a policy keeps pods from it')
  },
  timeoutMs: 120_000,
  killedBy: {
    'host-path-shows-the-guest': 'SHA-256 of machine-id below the hostPath /etc',
    'host-directories-read-only': 'what a pod with a hostPath wrote into another pod',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

const inContainer = '/dev/hostdisk'

// Whether it is exposed follows the flag in the Go shim; runtime-rs 3.26 does not ask it for bind-mounted devices. Whatever the shim, a container has the
// device that its manifest names or does not start: never another one.
behaviour('KATA-SEC-007', {
  on: classes(notConfidential),
  pods: () => ({}),
  furtherPods: 1,
  async check({ facts, changes, createPod, api, runtimeClass, finding, expect }) {
    const plugged = need(facts.class.blockDeviceUse, 'disable_block_device_use')
    const shim = need(facts.class.shim, 'the shim')
    const disk = await changes.blockDevice(16)
    const pod = await createPod(
      busybox(runtimeClass).hostPath(disk.path, inContainer, { type: 'BlockDevice', readOnly: true }).awaits('settled'),
    )
    const start = containerStart(pod)
    if (start === 'started') await expectInVm({ api, expect, runtimeClass }, pod)
    const head = start === 'started' ? await diskHead(pod, inContainer, disk.magic.length) : null
    const has = head === null ? 'no container' : head === disk.magic ? 'the disk of the node' : 'something else'
    finding(`${shim} shim, disable_block_device_use ${!plugged}: ${head === null ? start : has}`)
    expect(has, 'what a container has of a hostPath of a block device').to.not.equal('something else')
    if (shim === 'go')
      expect(has, `what it has with disable_block_device_use = ${!plugged}`).to.equal(
        plugged ? 'the disk of the node' : 'no container',
      )
  },
  killedBy: {
    'host-disk-plugged-all-the-same': 'what it has with disable_block_device_use = true',
    'block-device-use-ignored': 'what it has with disable_block_device_use = false',
    'host-disk-path-made-up': 'what a container has of a hostPath of a block device',
    'claimed-volumes-lose-data': 'what a container has of a hostPath of a block device',
    'rust-shims-make-up-host-disks': 'what a container has of a hostPath of a block device',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
