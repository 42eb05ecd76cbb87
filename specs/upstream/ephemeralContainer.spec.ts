import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { containerState } from '../../helpers/guest/containerState.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { networkInterface } from '../../helpers/guest/network.ts'
import { listed, processes } from '../../helpers/guest/processes.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { statusOf } from '../../helpers/pods/podStatus.ts'

const added = 'debugger'
const EXIT = 41
/** Ends with a code of its own once a command that runs in it says so. */
const untilTold = ['sh', '-c', `until [ -e /tmp/end ]; do sleep 0.2; done; exit ${EXIT}`]

/** The image is on the node: what is left is a start in a sandbox that is there, which a node under emulation takes tens of seconds for. */
const startMs = 60_000

/** What a restart changes of the pod's own container. */
const attempt = (pod: KubeObject): { id: string; restarts: number; phase: string } => {
  const status = statusOf(pod).containerStatuses?.find(({ name }) => name === 'main')
  const { restartCount, phase } = containerState(pod, 'main')
  return { id: status?.containerID ?? '', restarts: restartCount, phase }
}

/** What tells one sandbox from another: the kernel, its network namespace (by inode), and the interface with its own MAC address. */
async function surroundings(pod: PodHandle, container: string) {
  const [kernel, link, eth0] = await Promise.all([
    bootId(pod, container),
    pod.read(['readlink', '/proc/self/ns/net'], { container }),
    networkInterface(pod, 'eth0', container),
  ])
  return { bootId: kernel, namespace: link.stdout.trim(), eth0 }
}

behaviour('KATA-UPSTREAM-029', {
  on: anyKata,
  control: true,
  cases: { own: { shared: false }, shared: { shared: true } },
  pods: ({ runtimeClass, case: { shared } }) => {
    const pod = busybox(runtimeClass).restartPolicy('Always').unshared()
    return { pod: shared ? pod.shareProcessNamespace() : pod }
  },
  timeoutMs: 180_000,
  async check(context) {
    const { expect, finding } = context
    const { pod } = context.pods
    const { shared } = context.case
    await expectInVm(context, pod)
    const before = attempt(pod.object)
    const ofMain = await surroundings(pod, 'main')
    await pod.addContainer({ name: added, command: untilTold, target: 'main' })
    const begun = await pod.waitFor(
      'the start of the container that was added',
      (object) => ['running', 'terminated'].includes(containerState(object, added).phase),
      startMs,
    )
    expect(containerState(begun, added).phase, 'state of the container that was added').to.equal('running')
    const ofAdded = await surroundings(pod, added)
    const seen = await processes(pod, added)
    await pod.exec(['touch', '/tmp/end'], { container: added, expectOutput: false })
    const ended = await pod.waitFor(
      'the end of the container that was added',
      (object) => containerState(object, added).phase === 'terminated',
      startMs,
    )

    expect(attempt(ended), "the pod's own container, before and after").to.deep.equal(before)
    expect(ofAdded.bootId, 'boot_id of the container that was added').to.equal(ofMain.bootId)
    expect(ofAdded.namespace, 'network namespace of the container that was added').to.equal(ofMain.namespace)
    expect(ofAdded.eth0, 'eth0 of the container that was added').to.deep.equal(ofMain.eth0)
    expect(containerState(ended, added).exitCode, 'exit code of the container that was added').to.equal(EXIT)
    const seesTarget = seen.some(({ args }) => args === 'sleep 3601')
    if (shared)
      expect(seesTarget, `the container that was added sees the processes of the pod: ${listed(seen)}`).to.equal(true)
    // "If the runtime does not support namespace targeting then the result of setting this field is undefined" (core/v1, EphemeralContainer).
    // Kata's shims take the path of any PID namespace for the sandbox's, where /pause is alone unless the pod shares it (3.26.0, kata_agent.go
    // handlePidNamespace; agent rpc.rs update_container_namespaces).
    else finding(`targetContainerName: the processes of the target are ${seesTarget ? '' : 'not '}seen`)
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'vm-per-container': 'boot_id of the container that was added',
    'process-namespace-sharing-ignored': 'the container that was added sees the processes of the pod',
    'added-containers-on-the-node': 'boot_id of the container that was added',
    'added-containers-in-a-sandbox-of-their-own': 'boot_id of the container that was added',
    'added-containers-restart-the-others': "the pod's own container, before and after",
  },
})
