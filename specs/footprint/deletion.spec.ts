import { behaviour } from '../../helpers/behaviour.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import { survivors } from '../../helpers/node/survivors.ts'
import { classes, notRemote } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-FOOTPRINT-011', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check(context) {
    const { pods, node, runtimeClass, measure, signal, expect } = context
    // That a pod without a VM leaves none behind says nothing about the shim's care for it.
    if (runtimeClass !== undefined) await vmm(context, pods.pod)
    const { sandboxId, shims, hypervisors, virtiofsds } = await node.sandbox(pods.pod.uid)
    if (runtimeClass !== undefined)
      expect(await node.sandboxFiles(sandboxId), "folders of the living sandbox below the shim's").to.not.be.empty
    measure('processes of the sandbox', shims.length + hypervisors.length + virtiofsds.length, 'processes')
    await pods.pod.delete()
    expect(
      await survivors(node, [...shims, ...hypervisors, ...virtiofsds], { withinMs: 60_000, signal }),
      'processes of the sandbox 60 s after its pod was deleted',
    ).to.deep.equal([])
    // A container's bind mount that nobody undid keeps its folder: it could not be removed.
    const left = (await node.sandboxFiles(sandboxId)).join(', ')
    expect(left, 'folders of the sandbox after its pod was deleted').to.equal('')
  },
  control: true,
  timeoutMs: 180_000,
  killedBy: {
    'hypervisor-survives-deletion': 'processes of the sandbox 60 s after its pod was deleted',
    'sandbox-files-stay': 'folders of the sandbox after its pod was deleted',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})
