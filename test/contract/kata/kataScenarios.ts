import { phase, ready } from '../../simulator/kubelet/testNode.ts'
import { recordedPod } from './recordedPod.ts'
import { newest, remove, restarted, type Scenario, state } from './scenario.ts'

const KATA = 'kata-3.26.0/kata-qemu'

/** Pods of a Kata class, as they went. */
export const kataScenarios: readonly Scenario[] = [
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
]
