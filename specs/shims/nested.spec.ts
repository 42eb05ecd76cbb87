import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, oneOf } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const STARTS = 5

// The 3.25 guide says "bare metal only", that of 3.26 that it works: the version range is the claim's. Once is no proof: a VMM that aborts now and
// then under a nested KVM is just what is feared.
behaviour('KATA-SHIM-008', {
  on: classes(oneOf(['kata-clh'])),
  pods: () => ({}),
  timeoutMs: 600_000,
  furtherPods: 1,
  async check({ createPod, runtimeClass, api, finding, facts, expect }) {
    finding(`${facts.node.name} is a virtual machine: ${facts.node.machine.value ?? facts.node.machine.how}`)
    for (let start = 1; start <= STARTS; start += 1) {
      const pod = await createPod(busybox(runtimeClass).awaits('settled').unshared())
      const seen = pod.outcome === 'not-started' ? `${pod.failure?.reason}: ${pod.failure?.message}` : pod.outcome
      expect(seen, `pod ${start} of ${STARTS} of kata-clh, one after the other`).to.equal('ready')
      expectOwnKernel(
        expect,
        `boot_id in pod ${start} beside the node's`,
        await bootId(pod),
        await api.bootId(pod.node),
      )
      await pod.delete()
    }
  },
  killedBy: {
    'cloud-hypervisor-aborts-when-nested': 'pod 1 of 5 of kata-clh, one after the other',
    'runc-behind-kata-handlers': "boot_id in pod 1 beside the node's",
  },
})
