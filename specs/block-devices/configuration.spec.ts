import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { hypervisorKey } from '../../helpers/node/hypervisorKey.ts'
import { classes, named, theCluster } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-BLOCK-001', {
  on: classes(named('kata-qemu-block-minimal')),
  pods: () => ({}),
  async check({ facts, node, expect }) {
    const handler = need(facts.class.handler, 'the handler')
    const key = (name: string) => hypervisorKey(node, handler, name)
    expect(await key('disable_block_device_use'), 'disable_block_device_use of kata-qemu-block-minimal').to.equal(false)
    expect(await key('block_device_driver'), 'block_device_driver of kata-qemu-block-minimal').to.equal('virtio-scsi')
  },
  killedBy: {
    'block-minimal-disables-block-devices':
      'disable_block_device_use of kata-qemu-block-minimal: expected true to equal false',
  },
})

// The packaged default of the Go shim: false up to 3.25, true from 3.26 (commit 20ca4d2d79).
behaviour('KATA-BLOCK-010', {
  on: classes(named('kata-qemu-minimal')),
  pods: () => ({}),
  async check({ facts, node, expect }) {
    const handler = need(facts.class.handler, 'the handler')
    const disabled = await hypervisorKey(node, handler, 'disable_block_device_use')
    expect(disabled, 'disable_block_device_use of kata-qemu-minimal').to.equal(true)
  },
  killedBy: {
    'minimal-class-uses-block-devices': 'disable_block_device_use of kata-qemu-minimal: expected false to equal true',
  },
})

// The guide's manifest, with a device that no node has: should it be admitted after all, no disk is touched.
behaviour('KATA-BLOCK-008', {
  on: theCluster,
  pods: () => ({
    pod: busybox(undefined)
      .volume('hostdisk', { hostPath: { path: '/dev/kata-conformance-absent', type: 'BlockDevice' } }, null)
      .main((main) => main.device('hostdisk', '/dev/hostdisk'))
      .awaits('settled'),
  }),
  async check({ pods: { pod }, expect }) {
    expect(pod.outcome, 'outcome of a pod with volumeDevices of a hostPath').to.equal('refused')
    expect(pod.refusal?.code, 'status of the refusal').to.equal(422)
    expect(pod.refusal?.message, 'words of the refusal').to.match(
      /volumeDevices\[0\]\.name: .*can only use volume source type of PersistentVolumeClaim( or Ephemeral)? for block mode/,
    )
    return Promise.resolve()
  },
  killedBy: { 'hostpath-devices-mounted-at-admission': 'outcome of a pod with volumeDevices of a hostPath' },
})
