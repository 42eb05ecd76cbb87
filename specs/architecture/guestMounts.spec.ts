import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { cgroupHierarchy } from '../../helpers/guest/cgroupVersion.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { anyKata, classes, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { sharesRoot } from '../../helpers/oracles/rootFilesystem.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// A hostPath of a plain directory is shared; /dev, /proc and /sys are the guest's own (Go runtime, mount.go, isSystemMount).
behaviour('KATA-ARCH-005', {
  on: classes(sharedByVirtiofs),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPath('/etc', '/etc-of-the-node', { readOnly: true }) }),
  async check({ pods, facts, node, expect }) {
    const all = await mounts(pods.pod)
    if (sharesRoot(facts.class, facts.node))
      expect(mountOn(all, '/')?.type, 'type of the root file system').to.equal('virtiofs')
    expect(mountOn(all, '/etc-of-the-node')?.type, 'type of a hostPath directory').to.equal('virtiofs')

    // Dragonball serves the files itself: inline-virtio-fs (runtime-rs Makefile, DBSHAREDFS).
    if (need(facts.class.sharedFs, 'shared_fs') === 'inline-virtio-fs') return
    const { virtiofsds, sandboxId } = await node.sandbox(pods.pod.uid)
    const ofThisSandbox = virtiofsds.filter(({ argv }) => argv.some((argument) => argument.includes(sandboxId)))
    expect(ofThisSandbox, 'virtiofsd processes of the sandbox').to.not.be.empty
  },
  killedBy: {
    'rootfs-by-9p': "type of the root file system: expected '9p' to equal 'virtiofs'",
    'runc-behind-kata-handlers': "type of the root file system: expected 'overlay' to equal 'virtiofs'",
    'host-path-shows-the-guest': "type of a hostPath directory: expected 'ext4' to equal 'virtiofs'",
    'host-path-copied-at-start': "type of a hostPath directory: expected 'tmpfs' to equal 'virtiofs'",
    'virtiofsd-missing': 'virtiofsd processes of the sandbox',
  },
})

behaviour('KATA-ARCH-006', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.pod)
    const { type, controllers } = await cgroupHierarchy(pods.pod)
    expect(type, 'type of /sys/fs/cgroup in the guest').to.equal('cgroup2')
    expect(controllers, 'controllers of the container').to.include.members(['cpu', 'memory', 'pids'])
  },
  killedBy: {
    'guest-cgroup-v1': 'type of /sys/fs/cgroup in the guest: expected',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
