import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, decide, onNode } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-UPSTREAM-026', {
  on: classes(onNode, ({ sandboxCgroupOnly }) => decide('sandbox_cgroup_only', sandboxCgroupOnly, (only) => only)),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check(context) {
    const { pods, node, facts, expect } = context
    const version = need(facts.node.cgroupVersion, 'the cgroup version of the node')
    if (version !== 2) throw new FactUnknownError('one cgroup of a process', `the node has cgroup v${version}`)
    await expectInVm(context, pods.pod)
    const { shims, hypervisors, virtiofsds } = await node.sandbox(pods.pod.uid)
    expect(shims, 'shim processes of the pod').to.not.be.empty
    // The systemd driver writes the UID with underscores (kubelet, cgroup_manager_linux.go).
    const ofPod = new RegExp(`/[^/]*pod${pods.pod.uid.replaceAll('-', '[-_]')}(\\.slice)?/`)
    const paths = await Promise.all(
      [...shims, ...hypervisors, ...virtiofsds].map(async ({ pid }) => (await node.cgroup(pid)).path),
    )
    expect(paths[0], 'cgroup of the shim on the node').to.match(ofPod)
    expect([...new Set(paths)], "cgroups of the sandbox's processes on the node").to.have.lengthOf(1)
  },
  killedBy: { 'shims-outside-the-pods-cgroup': 'cgroup of the shim on the node' },
})
