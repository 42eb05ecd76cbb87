import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { writableLayer } from '../../helpers/node/writableLayer.ts'
import { classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { rootShared } from '../../helpers/oracles/rootFilesystem.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const sharedClasses = classes(sharedByVirtiofs, notConfidential, rootShared)

behaviour('KATA-STORAGE-001', {
  on: sharedClasses,
  pods: ({ runtimeClass }) => ({ kata: busybox(runtimeClass).unshared(), standard: busybox(undefined).unshared() }),
  async check({ pods: { kata, standard }, facts, node, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, kata)
    expect(mountOn(await mounts(kata), '/')?.type, 'type of the root file system in the guest').to.equal('virtiofs')
    if ((facts.node.snapshotters?.value?.[0] ?? 'overlayfs') === 'overlayfs')
      expect(
        mountOn(await mounts(standard), '/')?.type,
        'type of the root file system of the default runtime',
      ).to.equal('overlay')
    for (const [name, pod] of [['Kata', kata] as const, ['the default runtime', standard] as const]) {
      const marker = `kata-conformance-${pod.uid}`
      await pod.exec(['sh', '-c', `echo ${marker} >/${marker} && sync`])
      const onHost = await node.readFileIfThere(`${await layerOf(node, pod)}/${marker}`)
      expect(onHost?.trim() ?? 'no such file', `file of a pod of ${name} in its layer on the node`).to.equal(marker)
    }
  },
  killedBy: {
    'rootfs-by-9p': 'type of the root file system in the guest',
    'container-writes-stay-in-the-guest': 'file of a pod of Kata in its layer on the node',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

const written = 64 * 1024 ** 2

behaviour('KATA-STORAGE-004', {
  on: sharedClasses,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check({ pods: { pod }, node, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const layer = await layerOf(node, pod)
    const before = (await node.diskUse(layer)) ?? 0
    await pod.exec(['sh', '-c', 'dd if=/dev/urandom of=/big bs=1M count=64 2>/dev/null && sync'])
    const grown = measure(
      "growth of the container's layer on the node",
      ((await node.diskUse(layer)) ?? 0) - before,
      'B',
    )
    expect(grown, 'bytes that 64 MiB of a container take on the node').to.be.closeTo(written, written * 0.05)
    expect(mountOn(await mounts(pod), '/')?.type, 'type of the root file system in the guest').to.equal('virtiofs')
  },
  killedBy: {
    'rootfs-by-9p': 'type of the root file system in the guest',
    'container-writes-stay-in-the-guest': 'bytes that 64 MiB of a container take on the node',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

async function layerOf(node: NodeProbe, pod: PodHandle): Promise<string> {
  const layer = await writableLayer(node, pod)
  if (layer !== null) return layer
  throw new FactUnknownError(
    'where the node keeps what the container writes',
    "no overlay of the host is the container's",
  )
}
