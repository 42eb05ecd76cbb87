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
const mapNotListedYet =
  'MountVolume.SetUp failed for volume "both" : failed to sync configmap cache: timed out waiting for the condition'
const mapNotThere = 'MountVolume.SetUp failed for volume "both" : configmap "settings" not found'
const noHandler =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "x" is configured'
const diskFull =
  'failed to create containerd task: failed to create shim task: mkdir /run/kata-containers/shared/sandboxes/x: no space left on device'

describe('what a runtime needs and has not', () => {
  type Ended = [what: string, pod: KubeObject, events: KubeObject[], end: string | null]
  const ends: Ended[] = [
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
    ...[
      'failed to sync configmap cache: timed out waiting for the condition',
      'failed to sync secret cache: timed out waiting for the condition',
      'object "n"/"settings" not registered',
    ].map((message): Ended => [
      `of a container: ${message}`,
      podWith(container({ waiting: { reason: 'CreateContainerConfigError', message } })),
      [],
      null,
    ]),
    ['a ConfigMap that the kubelet has not listed yet', pending, [warning('FailedMount', mapNotListedYet, 9)], null],
    [
      'three volumes that failed at the same time, twice each',
      pending,
      ['a', 'b', 'c'].map((name) => warning('FailedMount', `MountVolume.SetUp failed for volume "${name}" : x`, 2)),
      null,
    ],
    [
      'a ConfigMap that was listed at last, and is gone',
      pending,
      [warning('FailedMount', mapNotListedYet, 9), warning('FailedMount', mapNotThere)],
      null,
    ],
    [
      'a class that was listed at last, and no network once',
      pending,
      [
        warning('FailedCreatePodSandBox', classNotListedYet, 4),
        warning('FailedCreatePodSandBox', 'cni plugin not initialized'),
      ],
      null,
    ],
    ['a mount that failed five times', pending, [warning('FailedMount', mapNotThere, 5)], null],
    [
      'a mount that fails for 15 s',
      pending,
      [
        warning('FailedMount', mapNotThere, 5),
        warning('FailedMount', 'MountVolume.SetUp failed for volume "both" : y'),
      ],
      'infrastructure FailedMount',
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
