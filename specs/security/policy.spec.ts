import { behaviour } from '../../helpers/behaviour.ts'
import { blockDevicesUsed } from '../../helpers/oracles/blockDevices.ts'
import { classes } from '../../helpers/oracles/applicability.ts'
import { expectOrdinaryAdmitted } from '../../helpers/pods/ordinaryPod.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** No node has it: where nothing refuses the pod, the kubelet cannot mount it, and nothing of the node is touched. */
const absentDevice = '/dev/kata-conformance-absent'

behaviour('KATA-SEC-009', {
  on: classes(blockDevicesUsed),
  pods: () => ({}),
  furtherPods: 2,
  async check(context) {
    const { facts, runtimeClass, createPod, temporaryNamespace, finding, expect } = context
    const labels = facts.cluster.production?.namespaceLabels ?? {}
    const namespace = await temporaryNamespace({ ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' })
    await expectOrdinaryAdmitted(context, runtimeClass, namespace, 'the policy of production on block devices')
    const pod = await createPod(
      busybox(runtimeClass)
        .hostPath(absentDevice, '/dev/hostdisk', { type: 'BlockDevice' })
        .inNamespace(namespace)
        .awaits('settled')
        .timeout(20_000),
    ).catch((error: unknown) => {
      // It was admitted, and waits for a device that is not there.
      if ((error as Error).name !== 'WaitError') throw error
      return null
    })
    expect(pod?.outcome ?? 'admitted', 'a pod with a block device of the node, in production').to.equal('refused')
    finding(`refused: ${pod?.refusal?.message ?? ''}`)
  },
  timeoutMs: 90_000,
  killedBy: { 'block-device-policy-missing': 'a pod with a block device of the node, in production' },
})
