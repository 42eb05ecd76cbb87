import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { ApiError } from '../../helpers/cluster/apiError.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { NotApplicableError } from '../../helpers/facts/armFacts.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { containerState } from '../../helpers/guest/containerState.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { memoryBlockMiB } from '../../helpers/guest/memoryBlocks.ts'
import { resizeState } from '../../helpers/guest/resizeState.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { memoryHotplugged } from '../../helpers/oracles/documentedFigures.ts'
import { resizesInPlace } from '../../helpers/oracles/resizesInPlace.ts'
import { sandboxMemory, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { stateWithin } from '../../helpers/pods/stateWithin.ts'

/** Whole memory blocks of x86_64, and one vCPU more once they are rounded. */
const before = { cpu: 500, memoryMiB: 512 }
const after = { cpu: 1500, memoryMiB: 768 }
type Limits = typeof before
const asManifest = ({ cpu, memoryMiB }: Limits) => ({ cpu: `${cpu}m`, memory: `${memoryMiB}Mi` })

/** A resize that failed once is tried again when the kubelet syncs the pod: after 60 to 90 s (pod_workers.go, resyncInterval and its jitter). */
const resizeMs = 120_000

/** As KATA-MEM-003: what is plugged adds to MemTotal to the page; the catalogue allows 4 MiB. */
const toleranceMiB = 4

/** What the kernel holds the container to. */
async function enforced(pod: PodHandle): Promise<Limits> {
  const { cpuQuotaUs, cpuPeriodUs, memoryBytes } = await cgroupLimits(pod)
  return {
    cpu: cpuQuotaUs === null ? Infinity : (1000 * cpuQuotaUs) / cpuPeriodUs,
    memoryMiB: memoryBytes === null ? Infinity : memoryBytes / 2 ** 20,
  }
}

const isDone = (pod: KubeObject): boolean => {
  const { limits, pending, inProgress } = resizeState(pod, 'main')
  const reached = limits?.cpu === after.cpu && limits.memoryMiB === after.memoryMiB
  return reached && pending === null && inProgress === null && containerState(pod, 'main').phase === 'running'
}

/** The pod once its kubelet says that it is done, or as it stands when the time is over. Throws NotApplicableError where the node does not take it. */
async function resized(pod: PodHandle): Promise<KubeObject> {
  await pod.resize('main', asManifest(after)).catch((error: unknown) => {
    const { code, message } = error instanceof ApiError ? error : { code: 0, message: '' }
    if (code === 404)
      throw new NotApplicableError('the API server has no pods/resize: InPlacePodVerticalScaling is off')
    if (code === 422 && message.includes('without support for resize')) throw new NotApplicableError(message)
    throw error
  })
  const refused = (object: KubeObject) => resizeState(object, 'main').pending
  const answered = (seen: KubeObject) => isDone(seen) || refused(seen) !== null
  const object = await stateWithin(pod, 'the resize of its container', answered, resizeMs)
  const why = refused(object)
  if (why !== null) throw new NotApplicableError(`node ${pod.node} does not take the resize: ${why}`)
  return object
}

const attempt = (pod: KubeObject) => {
  const { restartCount, startedAt } = containerState(pod, 'main')
  return { restartCount, startedAt }
}

const guestSize = async (pod: PodHandle) => {
  const [vcpus, memoryMiB] = await Promise.all([nproc(pod), memTotal(pod)])
  return { vcpus, memoryMiB }
}

/** What the VM has to grow by: as if it had been started with the higher limits. */
function growth({ facts }: Pick<CheckContext<string, unknown>, 'facts'>, blockMiB: number) {
  const vcpus = ({ cpu }: Limits) => sandboxVcpus(facts.class, facts.node, [cpu]).total
  const memory = ({ memoryMiB }: Limits) => sandboxMemory(facts.class, [memoryMiB], blockMiB).hotplugMiB
  return { vcpus: vcpus(after) - vcpus(before), memoryMiB: memory(after) - memory(before) }
}

behaviour('KATA-UPSTREAM-030', {
  on: classes(onNode, notConfidential, resizesInPlace),
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .restartPolicy('Always')
      // Less than the limits: the node gives nothing up, and the QoS class stays.
      .requests({ cpu: '50m', memory: '64Mi' })
      .limits(asManifest(before))
      .unshared(),
  }),
  timeoutMs: 240_000,
  async check(context) {
    const { expect, finding, facts, runtimeClass } = context
    const { pod } = context.pods
    await expectInVm(context, pod)
    expect(await enforced(pod), 'limits of the cgroup before the resize').to.deep.equal(before)
    const [running, kernel, small] = [attempt(pod.object), await bootId(pod), await guestSize(pod)]
    const object = await resized(pod)

    const { inProgress, limits } = resizeState(object, 'main')
    expect(inProgress, 'PodResizeInProgress when the time for the resize is over').to.equal(null)
    expect(limits, 'limits that the kubelet says the container has').to.deep.equal(after)
    expect(attempt(object), 'start and restarts of the container that was resized').to.deep.equal(running)
    expect(await bootId(pod), 'boot_id after the resize').to.equal(kernel)
    expect(await enforced(pod), 'limits of the cgroup after the resize').to.deep.equal(after)

    if (runtimeClass === undefined) return
    const large = await guestSize(pod)
    const grown = { vcpus: large.vcpus - small.vcpus, memoryMiB: large.memoryMiB - small.memoryMiB }
    if (memoryHotplugged(facts.class, facts.cluster) === true) {
      const expected = growth(context, await memoryBlockMiB(pod))
      expect(grown.vcpus, 'vCPUs that the guest has more after the resize').to.equal(expected.vcpus)
      expect(grown.memoryMiB, 'MemTotal that the guest has more after the resize').to.be.closeTo(
        expected.memoryMiB,
        toleranceMiB,
      )
    }
    // Static sizing: sandbox.go updateResources and the resource manager of runtime-rs (update_linux_resource) leave the VM as it is, and no
    // document says what it should be. The Rust shim plugs on top of what it booted with by rules of its own.
    else
      finding(
        `the guest has ${grown.vcpus} vCPUs and ${Math.round(grown.memoryMiB)} MiB more after the resize of its container`,
      )
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'resize-leaves-the-guests-cgroup': 'limits of the cgroup after the resize',
    'resize-leaves-the-vm': 'vCPUs that the guest has more after the resize',
    'resize-restarts-the-container': 'start and restarts of the container that was resized',
    'memory-limit-not-in-guest-cgroup': 'limits of the cgroup before the resize',
    'memory-max-lowered': 'limits of the cgroup before the resize',
    'cpu-quota-not-set': 'limits of the cgroup before the resize',
    'cpu-quota-rounded-up': 'limits of the cgroup before the resize',
    'vcpu-hotplug-ignored': 'vCPUs that the guest has more after the resize',
    'vcpus-boot-with-limits': 'vCPUs that the guest has more after the resize',
    'memory-hotplug-ignored': 'MemTotal that the guest has more after the resize',
    'memory-never-onlined': 'MemTotal that the guest has more after the resize',
    'memory-boots-with-limits': 'MemTotal that the guest has more after the resize',
    'qemu-without-memory-slots': 'MemTotal that the guest has more after the resize',
    'guest-sees-node-memory': 'MemTotal that the guest has more after the resize',
  },
})
