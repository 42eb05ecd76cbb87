import { expect } from 'chai'
import type { ReadApi } from '../../../helpers/behaviour.ts'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import { becomesAvailable } from '../../../helpers/objects/deployment.ts'
import type { ObjectHandle } from '../../../helpers/objects/objectHandle.ts'
import { PodStartError } from '../../../helpers/pods/podStartError.ts'

const created = '2026-11-21T12:00:00Z'

const pod = (name: string, status: object, nodeName?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid: `uid-${name}`, creationTimestamp: created },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main' }], ...(nodeName === undefined ? {} : { nodeName }) },
  status,
})
const waiting = (reason: string, message: string): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'main', state: { waiting: { reason, message } } }],
})
const event = (kind: string, name: string, reason: string, message: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {},
  ...{ type: reason === 'Pulling' ? 'Normal' : 'Warning', reason, message, count: 2, lastTimestamp: created },
  involvedObject: { kind, name, uid: `uid-${name}` },
})
const refused = (message: string): KubeObject =>
  event('ReplicaSet', 'd-5d4f', 'FailedCreate', `Error creating: pods "d-5d4f-x" is forbidden: ${message}`)
const node = { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-20T12:00:00Z' }] } }

const object: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'n' },
  spec: { selector: { matchLabels: { a: 'b' } } },
}
const neverAvailable: ObjectHandle = {
  name: 'd',
  namespace: 'n',
  object,
  patch: () => Promise.resolve(object),
  waitFor: (what) =>
    Promise.reject(
      new WaitError({ what, subject: 'd', end: 'deadline', object, events: [], waitedMs: 120_000, trouble: null }),
    ),
}
const apiWith = (pods: readonly KubeObject[], events: readonly KubeObject[]): ReadApi => ({
  find: () => Promise.resolve(node),
  raw: (path) => Promise.resolve({ items: path.includes('/pods?') ? pods : events }),
})
const become = (pods: readonly KubeObject[], events: readonly KubeObject[] = []): Promise<unknown> =>
  becomesAvailable(apiWith(pods, events), neverAvailable, 120_000).catch((error: unknown) => error)

describe('a Deployment that does not become available', () => {
  const noImage = pod('d-5d4f-x', waiting('ImagePullBackOff', 'Back-off pulling image "x"'), 'node-1')
  const noSandbox = pod('d-5d4f-y', { phase: 'Pending' }, 'node-1')
  const sandboxFails = event('Pod', 'd-5d4f-y', 'FailedCreatePodSandBox', 'failed to create shim task')
  const unplaced = {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient memory' }],
  }
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }
  const done = { phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted' }] }
  const starting = pod('d-5d4f-z', { phase: 'Pending' }, 'node-1')

  const foreign: [what: string, pods: KubeObject[], events: KubeObject[], says: RegExp][] = [
    ['no image', [noImage], [], /^Deployment n\/d: after 120000 ms pod d-5d4f-x: ImagePullBackOff: /],
    ['no room', [pod('d-5d4f-x', unplaced)], [], /FailedScheduling: Insufficient memory/],
    ['evicted', [pod('d-5d4f-x', evicted), pod('d-5d4f-y', unplaced)], [], /Evicted: The node was low/],
    ['evicted, beside one that has done its work', [pod('d-5d4f-w', done), pod('d-5d4f-x', evicted)], [], /Evicted: /],
    [
      'its image is being pulled',
      [starting],
      [event('Pod', 'd-5d4f-z', 'Pulling', 'Pulling image "nginx:1.27"')],
      /pod d-5d4f-z: Pulling: /,
    ],
    [
      'a quota',
      [],
      [refused('exceeded quota: q, requested: pods=1')],
      /its pod was not created: FailedCreate: .*quota/,
    ],
    ['nobody tried', [], [], /no controller has tried/],
  ]
  for (const [what, pods, events, says] of foreign) {
    it(`says nothing about Kata: ${what}`, async () => {
      const error = await become(pods, events)
      expect(error).to.be.instanceOf(PodStartError)
      expect(error).to.include({ kind: 'infrastructure' })
      expect((error as Error).message).to.match(says)
    })
  }

  const own: [what: string, pods: KubeObject[], events: KubeObject[]][] = [
    ['its sandbox fails', [noSandbox], [sandboxFails]],
    ['one sandbox fails, another has no image', [noImage, noSandbox], [sandboxFails]],
    [
      'its container does not start',
      [pod('d-5d4f-x', waiting('CreateContainerError', 'no such device'), 'node-1')],
      [],
    ],
    ['nothing comes, on a good node', [starting], []],
    ['its RuntimeClass is refused', [], [refused('pod rejected: RuntimeClass "x" not found')]],
    [
      'a quota refuses a pod of another Deployment',
      [starting],
      [{ ...refused('exceeded quota: q'), involvedObject: {} }],
    ],
  ]
  for (const [what, pods, events] of own) {
    it(`is an observation: ${what}`, async () => {
      expect(await become(pods, events)).to.equal('0 available replicas after 120000 ms')
    })
  }
})
