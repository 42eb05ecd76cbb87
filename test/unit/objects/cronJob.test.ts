import { expect } from 'chai'
import type { ReadApi } from '../../../helpers/behaviour.ts'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import { endOfFirst } from '../../../helpers/objects/cronJob.ts'
import type { ObjectHandle } from '../../../helpers/objects/objectHandle.ts'

const object: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'c', namespace: 'n' },
  spec: { jobTemplate: { metadata: { labels: { a: 'b' } } } },
}
const handle: ObjectHandle = {
  name: 'c',
  namespace: 'n',
  object,
  patch: () => Promise.resolve(object),
  waitFor: (what) =>
    what === 'its first Job'
      ? Promise.resolve(object)
      : Promise.reject(
          new WaitError({ what, subject: 'c', end: 'deadline', object, events: [], waitedMs: 1, trouble: null }),
        ),
}
const podWith = (waiting: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'c-1-x', namespace: 'n', uid: 'u' },
  spec: { nodeName: 'node-1', containers: [{ name: 'main' }] },
  status: { phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting } }] },
})
const endWith = (waiting: object): Promise<unknown> => {
  const api: ReadApi = {
    find: () => Promise.resolve(null),
    raw: (path) => Promise.resolve({ items: path.includes('/pods?') ? [podWith(waiting)] : [] }),
  }
  return endOfFirst(api, handle, 120_000).catch((error: unknown) => String(error))
}

describe('the first Job of a CronJob that does not end', () => {
  it('says nothing about Kata where its pod has no image', async () => {
    expect(await endWith({ reason: 'ErrImagePull', message: 'dial tcp' })).to.equal(
      'PodStartError: CronJob n/c: after 120000 ms pod c-1-x: ErrImagePull: dial tcp',
    )
  })

  it('is an observation where its container does not start', async () => {
    expect(await endWith({ reason: 'CreateContainerError', message: 'no such device' })).to.equal(
      'not ended after 120000 ms',
    )
  })
})

describe('the first Job of a CronJob after which a Job has succeeded', () => {
  const ended = (phase: string, creationTimestamp: string): KubeObject => ({
    ...podWith({}),
    metadata: { name: creationTimestamp, namespace: 'n', creationTimestamp },
    status: { phase },
  })
  const endOf = (...pods: KubeObject[]): Promise<string> =>
    endOfFirst(
      { find: () => Promise.resolve(null), raw: () => Promise.resolve({ items: pods }) },
      { ...handle, waitFor: () => Promise.resolve(object) },
      120_000,
    )
  const [first, second] = ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z']

  it('has succeeded when its own pod has', async () => {
    expect(await endOf(ended('Running', second), ended('Succeeded', first))).to.equal('succeeded')
  })

  it('has not when the one after it has', async () => {
    expect(await endOf(ended('Succeeded', second), ended('Failed', first))).to.equal('ended with its pod Failed')
  })
})
