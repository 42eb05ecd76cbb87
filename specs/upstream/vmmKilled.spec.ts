import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ShimFamily } from '../../helpers/facts/facts.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import { survivors } from '../../helpers/node/survivors.ts'
import { classes, notRemote } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { stateWithin } from '../../helpers/pods/stateWithin.ts'
import { type ContainerStatus, isReady, statusOf } from '../../helpers/pods/podStatus.ts'

/**
 * The longest that a shim takes to look after its VM, ms; mostly the connection to the agent breaks, and tells it at once. Go: virtcontainers/monitor.go,
 * defaultCheckInterval. Rust: virt_container/src/health_check.rs, HEALTH_CHECK_TIMER_INTERVAL (4.1). A shim with the VMM inside ends with it, and containerd
 * sees its connection break (core/runtime/v2/shim.go, cleanupAfterDeadShim).
 */
const looksEveryMs: Readonly<Record<ShimFamily, number>> = { go: 5_000, rust: 30_000 }
/** What is left of the sandbox is stopped before its end is told: health_check.rs, FAILURE_STOP_TIMEOUT; the Go shim has no longer one. */
const stopMs = 60_000
/** The kubelet lists containers every second (pkg/kubelet/kubelet.go, genericPlegRelistPeriod) and writes every status after ten (status_manager.go, syncPeriod). */
const kubeletMs = 1_000 + 10_000
/** A pod's start as everywhere (helpers/pods/pod.ts), after one back-off of a container and one of a sync that failed, ten seconds each (pkg/kubelet/kubelet.go). */
const restartMs = 120_000 + 2 * 10_000
/** Once a minute the kubelet removes sandboxes that it has replaced (pkg/kubelet/kubelet.go, ContainerGCPeriod). */
const clearedMs = 60_000

const main = (pod: KubeObject): ContainerStatus | undefined =>
  statusOf(pod).containerStatuses?.find(({ name }) => name === 'main')

const runs = (pod: KubeObject, id: string | undefined): boolean =>
  isReady(pod) && main(pod)?.state?.running !== undefined && main(pod)?.containerID === id

behaviour('KATA-UPSTREAM-028', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({
    // Their containers never end by themselves: whatever ends them is what is looked for.
    pod: busybox(runtimeClass).restartPolicy('Always').unshared(),
    beside: busybox(runtimeClass).restartPolicy('Always').unshared(),
  }),
  timeoutMs: 480_000,
  async check(context) {
    const { pods, facts, node, changes, measure, finding, signal, expect } = context
    const { pod, beside } = pods
    // Before anything is killed: what is no VM is a process of the node.
    await expectInVm(context, pod)
    await expectInVm(context, beside)
    const victim = await vmm(context, pod)
    const shim = need(facts.class.shim, 'shim')
    const old = await node.sandbox(pod.uid)
    expect(await node.sandboxFiles(old.sandboxId), "folders of the living sandbox below the shim's").to.not.be.empty
    const [guest, guestBeside] = await Promise.all([bootId(pod), bootId(beside)])
    const [before, neighbour] = [main(pod.object), main(beside.object)]

    const killed = performance.now()
    await changes.killVmm(pod, victim)
    const noticedMs = looksEveryMs[shim] + stopMs + kubeletMs
    const ended = await stateWithin(
      pod,
      'the end of its container',
      (now) => !runs(now, before?.containerID),
      noticedMs,
    )
    expect(
      runs(ended, before?.containerID),
      `its container still running and ready, ${noticedMs / 1000} s after the VMM of the pod was killed`,
    ).to.equal(false)
    measure('until the pod was not ready', performance.now() - killed, 'ms')

    const again = await stateWithin(
      pod,
      'another container that is ready',
      (now) => runs(now, another(now, before)),
      restartMs,
    )
    expect(
      runs(again, another(again, before)),
      'another container running and ready, of a pod whose VMM was killed',
    ).to.equal(true)
    measure('until the pod was ready again', performance.now() - killed, 'ms')
    expect(main(again)?.restartCount, 'restarts of a pod whose VMM was killed').to.be.above(before?.restartCount ?? 0)
    const exitCode = main(again)?.lastState?.terminated?.exitCode
    finding(`the container of a killed VMM ended with exit code ${exitCode} (${shim} shim)`)
    // The Go shim says 255 of a container that it cannot ask any more (pkg/containerd-shim-v2/wait.go). runtime-rs had 0 there: an exit status that nobody
    // sets (virt_container/src/container_manager/process.rs, run_io_wait), and promises nothing.
    if (shim === 'go') expect(exitCode, 'exit code of the container whose VMM was killed').to.not.equal(0)

    expect(await bootId(pod), 'boot_id after the VMM was killed').to.not.equal(guest)
    expect((await node.sandbox(pod.uid)).sandboxId, 'sandbox after the VMM was killed').to.not.equal(old.sandboxId)
    expect(
      await survivors(node, [...old.shims, ...old.hypervisors, ...old.virtiofsds], { withinMs: clearedMs, signal }),
      'processes of the old sandbox',
    ).to.deep.equal([])
    const folders = (await node.sandboxFiles(old.sandboxId)).join(', ')
    // runtime-rs promises nothing of its folders there. Of a shim that was the VMM nobody is left to clear up but `shim delete`, to which containerd gives five
    // seconds and whose failure it only logs (core/runtime/v2/shim.go, cleanupTimeout).
    if (shim === 'go') expect(folders, 'folders of the old sandbox').to.equal('')
    else finding(`folders of the sandbox whose VMM was killed: ${folders === '' ? 'none' : folders}`)

    const now = await beside.waitFor('its present state', () => true, kubeletMs)
    expect(main(now)?.restartCount, 'restarts of the pod beside it').to.equal(neighbour?.restartCount)
    expect(runs(now, neighbour?.containerID), 'the same container running and ready, in the pod beside it').to.equal(
      true,
    )
    expect(await bootId(beside), 'boot_id of the pod beside it').to.equal(guestBeside)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'vmm-death-not-noticed': 'its container still running and ready',
    'shim-outlives-its-vmm': 'processes of the old sandbox',
    'sandbox-files-stay': 'folders of the old sandbox',
    'restart-in-new-sandbox-not-counted': 'restarts of a pod whose VMM was killed',
    'guests-cloned-from-one-template': 'boot_id after the VMM was killed',
    'killed-vmm-takes-its-twins': 'restarts of the pod beside it',
  },
})

/** The id of the container that has followed; undefined while there is none. */
function another(pod: KubeObject, before: ContainerStatus | undefined): string | undefined {
  const id = main(pod)?.containerID
  return id === before?.containerID ? undefined : id
}
