import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { kernel } from '../../helpers/guest/kernel.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { guestKernel } from '../../helpers/oracles/guestKernel.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-RTCLASS-008', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, api, expect }) {
    const [guest, node] = await Promise.all([bootId(pods.pod), api.bootId(pods.pod.node)])
    expectOwnKernel(expect, "boot_id in the pod beside the node's", guest, node)
  },
  killedBy: { 'runc-behind-kata-handlers': "boot_id in the pod beside the node's" },
  canary: true,
})

behaviour('KATA-RTCLASS-009', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ kata: busybox(runtimeClass), standard: busybox(undefined) }),
  async check({ pods, facts, api, finding, expect }) {
    const [guest, standard, node] = await Promise.all([
      bootId(pods.kata),
      bootId(pods.standard),
      api.bootId(pods.kata.node),
    ])
    expect(standard, 'boot_id in the standard pod').to.equal(node)
    expectOwnKernel(expect, 'boot_id in the Kata pod', guest, standard)

    // Two machines may run the same release by accident; the build line has the build's host and time.
    const [inGuest, onNode] = await Promise.all([kernel(pods.kata), kernel(pods.standard)])
    expect(onNode.release, 'kernel of the standard pod').to.equal(need(facts.node.kernelVersion, "the node's kernel"))
    expect(inGuest.build, '/proc/version of the Kata pod').to.not.equal(onNode.build)
    finding(`guest kernel ${inGuest.release}, node kernel ${onNode.release}`)

    const { kataVersion } = facts.cluster
    const { hypervisor } = facts.class
    const shipped = kataVersion.value && hypervisor.value ? guestKernel(kataVersion.value, hypervisor.value) : null
    if (shipped === null) return finding(`no kernel is known for Kata ${kataVersion.value ?? '(unknown release)'}`)
    expect(inGuest.release.split('-')[0], `guest kernel of Kata ${kataVersion.value}`).to.equal(shipped)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'boot_id in the Kata pod',
    'old-guest-kernel': "to equal '6.18.5'",
  },
  canary: true,
})
