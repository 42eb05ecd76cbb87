import { behaviour } from '../../helpers/behaviour.ts'
import { allocateScript } from '../../helpers/guest/allocate.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { kernelLog } from '../../helpers/guest/kernel.ts'
import { containerStatus, oomTold, termination } from '../../helpers/guest/termination.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { vmHolds } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** PID 1 allocates, once it is told to: under Kata a container outlives the OOM kill of a child, and nothing is reported then. */
const greedy = `until [ -e /tmp/go ]; do sleep 0.2; done; ${allocateScript(128)}`

/** What the host's kernel writes when it kills a part of a sandbox for memory (mm/oom_kill.c, __oom_kill_process). */
const sandboxKilled =
  /Killed process \d+ \((qemu|cloud-hyperviso|firecracker|stratovirt|virtiofsd|containerd-shim)[^)]*\)/

// The pod has a second container, so that the sandbox has a reason to live on after the first one's end.
behaviour('KATA-ARCH-012', {
  on: classes(onNode, notConfidential, vmHolds(64)),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .container('greedy', (container) => container.script(greedy).limits({ memory: '64Mi' }))
      .unshared(),
    host: busybox(undefined).privileged(),
  }),
  async check({ pods: { pod, host }, node, api, expect }) {
    const before = { vmms: await hypervisorPids(), boot: await bootId(pod, 'main'), log: await kernelLog(host) }
    expectOwnKernel(expect, "boot_id in the pod beside the node's", before.boot, await api.bootId(pod.node))

    await pod.exec(['touch', '/tmp/go'], { container: 'greedy' })
    await pod.waitFor(
      'the greedy container ended',
      (seen) => containerStatus(seen, 'greedy').state?.terminated !== undefined,
      60_000,
    )
    await oomTold(pod, 'greedy')
    expect(termination(pod, 'greedy')?.reason, 'reason of the end of a container over its memory limit').to.equal(
      'OOMKilled',
    )
    expect(containerStatus(pod.object, 'main').state, 'state of its neighbour').to.have.property('running')
    expect(await bootId(pod, 'main'), 'boot_id of its neighbour before and after').to.equal(before.boot)
    expect(await hypervisorPids(), 'hypervisors of the pod before and after').to.deep.equal(before.vmms)
    expect(
      newLines(before.log, await kernelLog(host)).filter((line) => sandboxKilled.test(line)),
      "OOM kills in the host's kernel log",
    ).to.deep.equal([])

    async function hypervisorPids(): Promise<readonly number[]> {
      return (await node.sandbox(pod.uid)).hypervisors.map(({ pid }) => pid)
    }
  },
  killedBy: {
    'vmm-killed-beyond-limit-and-overhead': 'reason of the end of a container over its memory limit',
    'runc-behind-kata-handlers': "boot_id in the pod beside the node's",
    'oom-reason-lost': 'reason of the end of a container over its memory limit',
    'memory-limit-not-in-guest-cgroup': 'reason of the end of a container over its memory limit',
    'memory-limit-not-enforced': 'reason of the end of a container over its memory limit',
    'oom-kills-the-vm': 'of the end of a container over its memory limit',
    'oom-kills-the-pods-other-containers': 'state of its neighbour',
    'guest-oom-logged-on-host': "OOM kills in the host's kernel log",
  },
  timeoutMs: 120_000,
})

/** Lines of a kernel's log that are not in its earlier reading. The ring drops its beginning, so lines are told apart by their text with its time. */
function newLines(before: string, after: string): readonly string[] {
  const known = new Set(before.split('\n'))
  return after.split('\n').filter((line) => !known.has(line))
}
