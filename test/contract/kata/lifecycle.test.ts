import { expect } from 'chai'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { restartsOf, statusOf } from '../../simulator/kubelet/seen.ts'
import { phase, PODS, ready, startTestNode, type TestNode } from '../../simulator/kubelet/testNode.ts'
import { recordedPod } from './recordedPod.ts'
import { sequence, settled } from './shape.ts'

const KATA = 'kata-3.26.0/kata-qemu'
const RUNC = 'runc'

interface Scenario {
  title: string
  recording: string
  pod: string
  before?: (node: TestNode) => void
  /** What happens to the pod's containers, up to its deletion. */
  story: (node: TestNode, name: string) => Promise<void>
  /** States that a kubelet may show or pass over: the recorded one showed them, or did not. */
  passedOver?: number[]
  /** States that this kubelet shows and the recorded one passed over. */
  shown?: number[]
}

const state =
  (kind: string, container = 'main') =>
  (pod: KubeObject) =>
    stateOf(pod, container)?.[kind] !== undefined
function stateOf(pod: KubeObject, container: string): Record<string, { reason?: string }> | undefined {
  const all = [...(statusOf(pod).initContainerStatuses ?? []), ...(statusOf(pod).containerStatuses ?? [])]
  return all.find(({ name }) => name === container)?.state
}
const restarted = (count: number) => (pod: KubeObject) => ready(pod) && restartsOf(pod) === count
const waitingFor = (reason: string) => (pod: KubeObject) => stateOf(pod, 'main')?.['waiting']?.reason === reason
const newest = (node: TestNode, container = 'main') => node.runtime.ids(container).at(-1)!

async function remove(node: TestNode, name: string): Promise<void> {
  await node.api.delete(`${PODS}/${name}`)
  await node.api.untilGone(`${PODS}/${name}`)
}

const SCENARIOS: Scenario[] = [
  {
    title: 'a Kata pod that runs and is deleted',
    recording: `${KATA}/bare`,
    pod: 'bare',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      await remove(node, name)
    },
  },
  {
    title: 'two containers become ready at once',
    recording: `${KATA}/emptydir`,
    pod: 'ed',
    passedOver: [2],
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      await remove(node, name)
    },
  },
  {
    title: 'an init container comes first',
    recording: `${KATA}/emptydir`,
    pod: 'edsub',
    story: async (node, name) => {
      await node.until(name, state('running', 'prep'), 'init running')
      node.runtime.exit(newest(node, 'prep'), 0)
      await node.until(name, ready, 'ready')
      await remove(node, name)
    },
  },
  {
    title: 'the hypervisor is killed twice',
    recording: `${KATA}/vmmkilled`,
    pod: 'vk',
    // whether the end of the container or that of its sandbox is noticed first is a matter of the moment
    passedOver: [4],
    shown: [4],
    before: (node) => (node.runtime.sandboxMs = 25_000),
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.lose([...node.runtime.sandboxes.keys()].at(-1)!)
      await node.until(name, restarted(1), 'ready again')
      node.runtime.lose([...node.runtime.sandboxes.keys()].at(-1)!)
      await node.until(name, restarted(2), 'ready once more')
      await remove(node, name)
    },
  },
  {
    title: 'one of two containers is killed for memory',
    recording: `${KATA}/oom`,
    pod: 'oom',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node, 'greedy'), 137, 'OOMKilled')
      await node.until(name, state('terminated', 'greedy'), 'killed')
      await remove(node, name)
    },
  },
  {
    title: 'a sandbox that the shim refuses',
    recording: `${KATA}/refusedkata`,
    pod: 'annmem',
    before: (node) =>
      (node.runtime.sandboxError =
        'failed to create containerd task: failed to create shim task: annotation io.katacontainers.config.hypervisor.default_memory is not enabled: unknown'),
    story: async (node, name) => {
      await node.api.until(
        '/api/v1/namespaces/default/events',
        (event) => event['reason'] === 'FailedCreatePodSandBox' && event['count'] >= 2,
        'refused twice',
      )
      await remove(node, name)
    },
  },
  {
    title: 'a container over its ephemeral storage is evicted',
    recording: `${KATA}/eviction`,
    pod: 'evroot',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.usageOf.set(newest(node), 60 * 1024 * 1024)
      await node.until(name, state('terminated'), 'evicted')
      await remove(node, name)
    },
  },
  {
    title: 'a device that the guest does not have',
    recording: `${KATA}/hostpathblock`,
    pod: 'hbnode',
    before: (node) => {
      node.runtime.files.set('/dev/rec-blk', { kind: 'blockDevice', content: '' })
      const { sequence: recorded } = recordedPod(`${KATA}/hostpathblock`, 'hbnode')
      node.runtime.startError = /terminated StartError 128 ([\s\S]*); restarts/.exec(
        recorded.at(-1)!.containers[0]!,
      )![1]!
    },
    story: async (node, name) => {
      await node.until(name, phase('Failed'), 'failed')
      await remove(node, name)
    },
  },
  {
    title: "a pod of the node's network has its address from the start",
    recording: `${KATA}/hostnamespaces`,
    pod: 'hostnet',
    story: async (node, name) => void (await node.until(name, ready, 'ready')),
  },
  {
    title: 'a container that ends well',
    recording: `${RUNC}/lifecycle`,
    pod: 'ok',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 0)
      await node.until(name, phase('Succeeded'), 'over')
    },
  },
  {
    title: 'a container that fails',
    recording: `${RUNC}/lifecycle`,
    pod: 'seven',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 7)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'restarts, the first at once, then with back-off',
    recording: `${RUNC}/lifecycle`,
    pod: 'crash',
    passedOver: [9],
    story: async (node, name) => {
      for (const count of [0, 1, 2]) {
        await node.until(name, restarted(count), `attempt ${count}`)
        node.runtime.exit(newest(node), 3)
        await node.until(name, state('terminated'), 'crashed')
      }
      await node.until(name, waitingFor('CrashLoopBackOff'), 'backing off')
      await remove(node, name)
    },
  },
  {
    title: 'a liveness probe fails',
    recording: `${RUNC}/lifecycle`,
    pod: 'probed',
    before: (node) => (node.runtime.onTerm = 137),
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.command = (_argv, id) =>
        id === node.runtime.ids('main')[0]
          ? { exitCode: 1, stderr: "cat: can't open '/tmp/alive': No such file or directory\n" }
          : { exitCode: 0 }
      await node.until(name, restarted(1), 'restarted')
      await remove(node, name)
    },
  },
  {
    title: 'a readiness probe passes late',
    recording: `${RUNC}/lifecycle`,
    pod: 'readiness',
    before: (node) => {
      let calls = 0
      node.runtime.onTerm = 137
      node.runtime.command = () =>
        (calls += 1) > 3
          ? { exitCode: 0 }
          : { exitCode: 1, stderr: "cat: can't open '/tmp/ready': No such file or directory\n" }
    },
    story: async (node, name) => {
      await node.until(name, state('running'), 'running')
      await node.until(name, ready, 'ready')
      await remove(node, name)
    },
  },
  {
    title: 'a sidecar starts first and ends last',
    recording: `${RUNC}/lifecycle`,
    pod: 'sidecar',
    passedOver: [4],
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 0)
      await node.until(name, phase('Succeeded'), 'over')
    },
  },
  {
    title: 'an init container fails for good',
    recording: `${RUNC}/lifecycle`,
    pod: 'initfail',
    story: async (node, name) => {
      await node.until(name, state('running', 'bad'), 'init running')
      node.runtime.exit(newest(node, 'bad'), 9)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'a termination message',
    recording: `${RUNC}/lifecycle`,
    pod: 'termmsg',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      const log = node.runtime
        .config(newest(node))
        .mounts.find((mount) => mount.containerPath === '/dev/termination-log')!
      node.runtime.host.writeFile(log.hostPath, 'why\n')
      node.runtime.exit(newest(node), 4)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'a deadline',
    recording: `${RUNC}/lifecycle`,
    pod: 'deadline',
    // the recorded pod was ready only when its time was over
    passedOver: [1],
    shown: [1],
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'over its deadline')),
  },
  {
    title: 'an unsafe sysctl',
    recording: `${RUNC}/refused`,
    pod: 'unsafesysctl',
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'rejected')),
  },
  {
    title: 'an image that must not be pulled',
    recording: `${RUNC}/refused`,
    pod: 'neverpull',
    passedOver: [3],
    story: async (node, name) => {
      await node.until(name, waitingFor('ErrImageNeverPull'), 'no image')
      await remove(node, name)
    },
  },
  {
    title: 'a command that is not there',
    recording: `${RUNC}/refused`,
    pod: 'nocmd',
    before: (node) =>
      (node.runtime.startError =
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/binary": stat /no/such/binary: no such file or directory: unknown'),
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'failed')),
  },
  ...['missing', 'notblock'].map((pod): Scenario => ({
    title: `a hostPath of the wrong type (${pod})`,
    recording: `${RUNC}/hostpathbad`,
    pod,
    before: (node) => void node.runtime.files.set('/etc/hostname', { kind: 'file', content: '' }),
    story: async (node, name) => {
      await node.api.until(
        '/api/v1/namespaces/default/events',
        (event) => event['reason'] === 'FailedMount' && event['count'] >= 2,
        'refused twice',
      )
      await remove(node, name)
    },
  })),
]

describe('life of a pod, as recorded from real kubelets', () => {
  for (const scenario of SCENARIOS) {
    it(scenario.title, async () => {
      const recorded = recordedPod(scenario.recording, scenario.pod)
      const node = await startTestNode()
      try {
        scenario.before?.(node)
        const { runtimeClassName } = recorded.manifest.spec as { runtimeClassName?: string }
        if (runtimeClassName)
          await node.api.create('/apis/node.k8s.io/v1/runtimeclasses', {
            apiVersion: 'node.k8s.io/v1',
            kind: 'RuntimeClass',
            metadata: { name: runtimeClassName },
            handler: runtimeClassName,
          })
        await node.run(scenario.pod, { ...recorded.manifest.spec, nodeSelector: {} })
        await scenario.story(node, scenario.pod)
        const seen = sequence(
          node.api.history.filter(({ object }) => object.kind === 'Pod').map(({ object }) => statusOf(object)),
        )
        const compared = seen.filter((_shape, index) => !scenario.shown?.includes(index))
        const expected = recorded.sequence.filter((_shape, index) => !scenario.passedOver?.includes(index))
        expect(compared).to.deep.equal(expected)
        const told = node
          .events(scenario.pod)
          .map(({ type, reason, message }) => settled(`${type} ${reason} ${message}`))
        // a probe that meets a container on its way out is a matter of the moment
        expect(told).to.include.members(
          recorded.events.filter((event) => !event.includes('errored and resulted in unknown state')),
        )
      } finally {
        await node.close()
      }
    })
  }
})
