import { expect } from 'chai'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { endOf, unschedulable } from '../../../helpers/pods/podEnd.ts'

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

const noHandler =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "x" is configured'
const refusedAnnotation =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: annotation io.katacontainers.config.hypervisor.default_memory is not enabled: unknown'

describe('what became of a pod', () => {
  const ends: [what: string, pod: KubeObject, events: KubeObject[], end: string | null][] = [
    ['nothing yet', pending, [], null],
    ['ready', podWith({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), [], 'ready'],
    ['succeeded', podWith({ phase: 'Succeeded' }), [], 'finished'],
    [
      'failed with an exit code',
      podWith({
        phase: 'Failed',
        containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 9, reason: 'Error' } } }],
      }),
      [],
      'finished',
    ],
    [
      'StartError',
      podWith(
        container({
          terminated: { reason: 'StartError', exitCode: 128, message: 'No such file or directory (os error 2)' },
        }),
      ),
      [],
      'product StartError',
    ],
    [
      'StartError, again and again',
      podWith(
        container({ waiting: { reason: 'CrashLoopBackOff' } }, { lastState: { terminated: { reason: 'StartError' } } }),
        { restartPolicy: 'Always' },
      ),
      [],
      'product StartError',
    ],
    [
      'RunContainerError',
      podWith(container({ waiting: { reason: 'RunContainerError', message: 'x' } })),
      [],
      'product RunContainerError',
    ],
    [
      'an init container that does not start',
      podWith({
        phase: 'Pending',
        initContainerStatuses: [{ name: 'i', state: { terminated: { reason: 'StartError' } } }],
      }),
      [],
      'product StartError',
    ],
    [
      'no image',
      podWith(container({ waiting: { reason: 'ErrImagePull', message: 'dial tcp' } })),
      [],
      'infrastructure ErrImagePull',
    ],
    [
      'image never pulled',
      podWith(container({ waiting: { reason: 'ErrImageNeverPull' } })),
      [],
      'infrastructure ErrImageNeverPull',
    ],
    [
      'a missing ConfigMap',
      podWith(container({ waiting: { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' } })),
      [],
      'kubelet CreateContainerConfigError',
    ],
    [
      'OutOfcpu',
      podWith({ phase: 'Failed', reason: 'OutOfcpu', message: "Node didn't have enough resource: cpu" }),
      [],
      'infrastructure OutOfcpu',
    ],
    [
      'a forbidden sysctl',
      podWith({ phase: 'Failed', reason: 'SysctlForbidden', message: 'forbidden sysctl' }),
      [],
      'kubelet SysctlForbidden',
    ],
    [
      'over its own limit',
      podWith({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ',
      }),
      [],
      'finished',
    ],
    [
      'a node without room',
      podWith({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      [],
      'infrastructure Evicted',
    ],
    [
      'no handler, first time',
      pending,
      [warning('FailedCreatePodSandBox', noHandler)],
      'product FailedCreatePodSandBox',
    ],
    [
      'an annotation that is not enabled',
      pending,
      [warning('FailedCreatePodSandBox', refusedAnnotation)],
      'product FailedCreatePodSandBox',
    ],
    ['some sandbox failure, once', pending, [warning('FailedCreatePodSandBox', 'timeout')], null],
    [
      'some sandbox failure, twice',
      pending,
      [warning('FailedCreatePodSandBox', 'timeout', 2)],
      'product FailedCreatePodSandBox',
    ],
    [
      'a network that is not up yet',
      pending,
      [
        warning(
          'FailedCreatePodSandBox',
          'failed to setup network for sandbox "x": plugin type="cilium-cni" failed',
          2,
        ),
      ],
      null,
    ],
    [
      'a network that does not come',
      pending,
      [warning('FailedCreatePodSandBox', 'failed to setup network for sandbox "x"', 3)],
      'infrastructure FailedCreatePodSandBox',
    ],
    [
      'a hostPath of another type',
      pending,
      [
        warning(
          'FailedMount',
          'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /x is not a directory',
        ),
      ],
      'kubelet FailedMount',
    ],
    [
      'a mount that failed once',
      pending,
      [warning('FailedMount', 'MountVolume.SetUp failed for volume "v" : timed out')],
      null,
    ],
    [
      'warned before it ran',
      podWith({ phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] }),
      [warning('FailedCreatePodSandBox', 'timeout', 5)],
      null,
    ],
    [
      'one container of two ended',
      podWith({
        phase: 'Running',
        containerStatuses: [
          { name: 'main', state: { running: {} } },
          { name: 'b', state: { terminated: { exitCode: 0 } } },
        ],
      }),
      [],
      'finished',
    ],
    [
      'one that will be restarted',
      podWith(
        { phase: 'Running', containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1 } } }] },
        { restartPolicy: 'OnFailure' },
      ),
      [],
      null,
    ],
    [
      'a crash loop',
      podWith(
        { phase: 'Running', containerStatuses: [{ name: 'main', state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
        { restartPolicy: 'Always' },
      ),
      [],
      'finished',
    ],
    [
      'killed without being asked',
      podWith({ phase: 'Succeeded' }),
      [{ ...warning('Killing', 'Stopping container main'), type: 'Normal' }],
      'infrastructure Killing',
    ],
    [
      'deleted by somebody',
      { ...pending, metadata: { ...pending.metadata, deletionTimestamp: 'now' } },
      [],
      'infrastructure Deleted',
    ],
    [
      'ended because somebody deleted it',
      {
        ...podWith({
          phase: 'Failed',
          containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 137, reason: 'Error' } } }],
        }),
        metadata: { name: 'p', namespace: 'n', deletionTimestamp: 'now' },
      },
      [],
      'infrastructure Deleted',
    ],
    [
      'ended by the cluster',
      podWith({
        phase: 'Failed',
        conditions: [
          { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'node lost' },
        ],
      }),
      [],
      'infrastructure DeletionByTaintManager',
    ],
    [
      'a container runtime that is away',
      pending,
      [
        warning(
          'FailedCreatePodSandBox',
          'Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
          3,
        ),
      ],
      'infrastructure FailedCreatePodSandBox',
    ],
  ]
  for (const [what, pod, events, expected] of ends) {
    it(`${what}: ${expected ?? 'open'}`, () => {
      const end = endOf(pod, events)
      const seen = end?.outcome === 'not-started' ? `${end.blame} ${end.failure.reason}` : (end?.outcome ?? null)
      expect(seen).to.equal(expected)
    })
  }

  const places: [message: string, lasting: boolean][] = [
    [
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available",
      false,
    ],
    ["0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", true],
    ['0/1 nodes are available: 1 node(s) were unschedulable.', true],
    ['0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found', false],
  ]
  for (const [message, lasting] of places) {
    it(`${lasting ? 'is hopeless' : 'may pass'}: ${message.slice(0, 80)}`, () => {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
      expect(unschedulable(podWith({ phase: 'Pending', conditions }))?.lasting).to.equal(lasting)
    })
  }
})
