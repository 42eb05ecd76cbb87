import { behaviour } from '../../helpers/behaviour.ts'
import { textOf } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { claimVolume } from '../../helpers/objects/claimedVolume.ts'
import { classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-STORAGE-003', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { createPod, runtimeClass, expect } = context
    const { claim } = await claimVolume(context, 'Filesystem', 64)
    const mounted = () => createPod(busybox(runtimeClass).claim(claim, '/data'))
    const first = await mounted()
    await expectInVm(context, first)
    expect(mountOn(await mounts(first), '/data')?.type, 'type of a claim of mode Filesystem').to.equal('virtiofs')
    const text = `written by ${first.uid}\n`
    await first.exec(['sh', '-c', 'printf %s "$1" >/data/file && sync', 'write', text])
    await first.delete()
    const second = await mounted()
    expect(await textOf(second, '/data/file'), 'what the next pod reads of the volume').to.equal(text)
  },
  timeoutMs: 180_000,
  killedBy: {
    'rootfs-by-9p': 'type of a claim of mode Filesystem',
    'claimed-files-plugged-as-a-disk': 'type of a claim of mode Filesystem',
    'claimed-volumes-lose-data': 'what the next pod reads of the volume',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
