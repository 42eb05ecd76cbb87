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
const classNotListedYet = 'Failed to create pod sandbox: runtimeclass.node.k8s.io "kata-conformance-absent" not found'
const servicesNotListedYet = 'services have not yet been read at least once, cannot construct envvars'
const noHandler =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "x" is configured'
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
      'a class that the kubelet has not listed yet',
      pending,
      [warning('FailedCreatePodSandBox', classNotListedYet, 4)],
      null,
    ],
    [
      'a class that was listed at last, and no handler',
      pending,
      [warning('FailedCreatePodSandBox', classNotListedYet, 4), warning('FailedCreatePodSandBox', noHandler)],
      'product FailedCreatePodSandBox',
    ],
    [
      'a class that was listed at last, and a sandbox that failed once',
      pending,
      [warning('FailedCreatePodSandBox', classNotListedYet, 4), warning('FailedCreatePodSandBox', 'timed out')],
      null,
    ],
    [
      'no network twice, and a sandbox that failed once',
      pending,
      [
        warning('FailedCreatePodSandBox', 'cni plugin not initialized', 2),
        warning('FailedCreatePodSandBox', 'timed out'),
      ],
      null,
    ],
    [
      'Services that the kubelet has not listed yet',
      podWith(container({ waiting: { reason: 'CreateContainerConfigError', message: servicesNotListedYet } })),
      [],
      null,
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
