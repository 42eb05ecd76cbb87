import { expect } from 'chai'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { whyLate } from '../../../helpers/pods/lateStart.ts'

const created = '2026-11-21T12:00:00Z'
const atSecond = (second: number): string => new Date(Date.parse(created) + second * 1000).toISOString()

const podScheduledAt = (second: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', creationTimestamp: created },
  spec: { nodeName: 'node-1' },
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: atSecond(second) }],
  },
})
const event = (second: number, reason: string, message: string, type = 'Normal'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {},
  ...{ type, reason, message, lastTimestamp: atSecond(second) },
})
const node: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: atSecond(-60) }] },
}

const noRoom = '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate'
const pulling = event(2, 'Pulling', 'Pulling image "nginx:1.27"')
const sandbox = event(3, 'FailedCreatePodSandBox', 'Failed to create pod sandbox: timeout', 'Warning')

describe('a pod that took too long', () => {
  const cases: [what: string, events: KubeObject[], blame: string, scheduledAt?: number][] = [
    ['nobody says anything', [], 'product Timeout'],
    ['its sandbox failed once', [sandbox], 'product FailedCreatePodSandBox'],
    ['its image is being pulled', [sandbox, pulling], 'infrastructure Pulling'],
    [
      'its image is pulled, in the same second',
      [pulling, event(2, 'Pulled', 'Successfully pulled image "nginx:1.27" in 345ms (345ms including waiting)')],
      'product Timeout',
    ],
    [
      'the image of its second container is being pulled',
      [event(2, 'Pulled', 'Container image "busybox:1.36" already present on machine'), pulling],
      'infrastructure Pulling',
    ],
    [
      'the pull failed',
      [pulling, event(9, 'Failed', 'Failed to pull image "nginx:1.27": dial tcp', 'Warning')],
      'infrastructure Failed',
    ],
    ['it had no place at first', [event(1, 'FailedScheduling', noRoom, 'Warning')], 'product Timeout', 4],
    [
      'it had no place after its sandbox failed elsewhere',
      [sandbox, event(4, 'FailedScheduling', noRoom, 'Warning')],
      'product FailedCreatePodSandBox',
      5,
    ],
    [
      'it had no place for most of the time',
      [event(1, 'FailedScheduling', noRoom, 'Warning')],
      'infrastructure ScheduledLate',
      90,
    ],
    [
      'containerd has no pause image',
      [event(3, 'FailedCreatePodSandBox', 'failed to get sandbox image "registry.k8s.io/pause:3.8"', 'Warning')],
      'infrastructure FailedCreatePodSandBox',
    ],
    [
      'the disk of the node is full',
      [event(3, 'FailedCreatePodSandBox', 'write /run/x: no space left on device', 'Warning')],
      'infrastructure FailedCreatePodSandBox',
    ],
    [
      'the kubelet does not get its ConfigMaps',
      [event(3, 'Failed', 'Error: failed to sync configmap cache: timed out waiting for the condition', 'Warning')],
      'infrastructure Failed',
    ],
  ]
  for (const [what, events, blame, scheduledAt = 0] of cases) {
    it(`is blamed on ${blame}: ${what}`, async () => {
      const { kind, failure } = await whyLate(
        podScheduledAt(scheduledAt),
        { events, waitedMs: 120_000 },
        'condition Ready',
        () => Promise.resolve(node),
      )
      expect(`${kind} ${failure.reason}`).to.equal(blame)
    })
  }

  const claiming = (at: number, ...conditions: object[]): KubeObject => {
    const { status, spec, ...pod } = podScheduledAt(at)
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }]
    return {
      ...pod,
      spec: { ...(spec as object), volumes },
      status: { phase: 'Pending', conditions: [...(status as { conditions: object[] }).conditions, ...conditions] },
    }
  }
  const started = { type: 'PodReadyToStartContainers', status: 'True' }
  const waits: [what: string, pod: KubeObject, blame: string][] = [
    ['for a node and then for its volume', claiming(60), 'infrastructure VolumeNotMounted'],
    ['with a claimed volume, for longer than the kubelet keeps silent about one', claiming(2), 'product Timeout'],
    ['with its volume there', claiming(60, started), 'product Timeout'],
  ]
  for (const [what, pod, blame] of waits) {
    it(`is blamed on ${blame}: it waited ${what}`, async () => {
      const found = () => Promise.resolve(node)
      const { kind, failure } = await whyLate(pod, { events: [], waitedMs: 150_000 }, 'condition Ready', found)
      expect(`${kind} ${failure.reason}`).to.equal(blame)
    })
  }
})
