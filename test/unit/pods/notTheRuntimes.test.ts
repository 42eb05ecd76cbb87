import { expect } from 'chai'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { endOf } from '../../../helpers/pods/podEnd.ts'

const podWith = (status: object, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n' },
  spec: { restartPolicy: 'Never', containers: [{ name: 'main' }], ...spec },
  status,
})
const container = (state: object, more: object = {}): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'main', state, ...more }],
})
const warning = (reason: string, message: string, count = 1): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {},
  type: 'Warning',
  reason,
  message,
  count,
})
const pending = podWith({ phase: 'Pending' })

const noPauseImage =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.8": failed to pull image "registry.k8s.io/pause:3.8": failed to pull and unpack image'
const diskFull =
  'failed to create containerd task: failed to create shim task: mkdir /run/kata-containers/shared/sandboxes/x: no space left on device'

describe('what a runtime needs and has not', () => {
  const ends: [what: string, pod: KubeObject, events: KubeObject[], end: string | null][] = [
    ['no pause image yet', pending, [warning('FailedCreatePodSandBox', noPauseImage, 2)], null],
    [
      'a pause image that cannot be had',
      pending,
      [warning('FailedCreatePodSandBox', noPauseImage, 3)],
      'infrastructure FailedCreatePodSandBox',
    ],
    [
      'a snapshotter that is not there, found out by the pause image',
      pending,
      [warning('FailedCreatePodSandBox', `${noPauseImage}: snapshotter nydus was not found: not found`)],
      'product FailedCreatePodSandBox',
    ],
    [
      'no disk left for the sandbox',
      pending,
      [warning('FailedCreatePodSandBox', diskFull, 3)],
      'infrastructure FailedCreatePodSandBox',
    ],
    [
      'no cgroup left for the sandbox',
      pending,
      [
        warning(
          'FailedCreatePodSandBox',
          'failed to create shim task: mkdir /sys/fs/cgroup/memory/kubepods/kata_x: no space left on device',
          2,
        ),
      ],
      'product FailedCreatePodSandBox',
    ],
    [
      'no disk left for the container',
      podWith(container({ waiting: { reason: 'CreateContainerError', message: diskFull } })),
      [],
      'infrastructure CreateContainerError',
    ],
    [
      'no disk left in the guest',
      podWith(
        container({
          terminated: { reason: 'StartError', exitCode: 128, message: 'No space left on device (os error 28)' },
        }),
      ),
      [],
      'product StartError',
    ],
  ]
  for (const [what, pod, events, expected] of ends) {
    it(`${what}: ${expected ?? 'open'}`, () => {
      const end = endOf(pod, events)
      const seen = end?.outcome === 'not-started' ? `${end.blame} ${end.failure.reason}` : (end?.outcome ?? null)
      expect(seen).to.equal(expected)
    })
  }
})
