import { expect } from 'chai'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { groundOf, type Observed } from '../../../engine/arm/ground.ts'
import { createGroundReadings } from '../../../engine/arm/groundReadings.ts'
import { podHandle } from './armDouble.ts'

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns', uid: 'uid-p' } }
const node = (status: string, lastTransitionTime = 'then', bootID = 'boot'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  status: { conditions: [{ type: 'Ready', status, reason: 'Because', lastTransitionTime }], nodeInfo: { bootID } },
})
const calm = { pod, node: node('True') }

interface Given {
  pod?: KubeObject | null | Error
  node?: KubeObject | null | Error
  trouble?: string | null
  /** The node's boot id was read in the course of the arm. */
  knownLater?: boolean
  observed?: Partial<Observed>
}

const found = async (given: Given) => {
  const answers: Record<string, KubeObject | null | Error> = {
    Pod: given.pod === undefined ? calm.pod : given.pod,
    Node: given.node === undefined ? calm.node : given.node,
  }
  const cluster = {
    list: async ({ kind, namespace }: { kind: string; namespace: string }) => {
      expect(namespace).to.equal('ns')
      const answer = answers[kind] ?? null
      if (answer instanceof Error) throw answer
      return answer ? [answer] : []
    },
    find: async ({ kind }: { kind: string }) => {
      const answer = answers[kind] ?? null
      if (answer instanceof Error) throw answer
      return answer
    },
    troubleSince: () => given.trouble ?? null,
  } as unknown as Cluster
  const lives = new Map([['n1', { readySince: 'then', bootId: given.knownLater ? '' : 'boot' }]])
  const ground = groundOf(cluster, createGroundReadings(cluster), lives)
  if (given.knownLater) lives.set('n1', { readySince: 'then', bootId: 'boot' })
  const all = await ground.disturbance({ pods: [podHandle('p')], node: 'n1', late: false, ...given.observed })
  return all && { why: all.why, over: all.over, lost: all.lost.map(({ name }) => name) }
}

describe('the ground of an arm', () => {
  it('holds when pods and node are what they were', async () => {
    expect(await found({})).to.equal(null)
  })

  const table: [what: string, given: Given, expected: { why: RegExp; over: boolean; lost: string[] }][] = [
    [
      'a pod that is gone',
      { pod: null },
      { why: /^pod ns\/p is gone: somebody else deleted it$/, over: true, lost: ['p'] },
    ],
    [
      'a namesake in its place',
      { pod: { ...pod, metadata: { ...pod.metadata, uid: 'other' } } },
      { why: /is gone/, over: true, lost: ['p'] },
    ],
    [
      'a pod that is going',
      { pod: { ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } } },
      { why: /^pod ns\/p: Deleted: somebody else deleted the pod$/, over: true, lost: ['p'] },
    ],
    [
      'a node that is not ready',
      { node: node('Unknown') },
      { why: /^node n1 is not ready: Because$/, over: false, lost: [] },
    ],
    [
      'a node that is gone',
      { node: null },
      { why: /^node n1 is no longer part of the cluster$/, over: false, lost: [] },
    ],
    [
      'a node that was away meanwhile',
      { node: node('True', 'just now') },
      { why: /^node n1 was not ready until just now$/, over: true, lost: [] },
    ],
    [
      'a node that has booted and was never seen away',
      { node: node('True', 'then', 'other') },
      { why: /^node n1 has booted meanwhile$/, over: true, lost: [] },
    ],
    [
      'one that has booted after the arm has read its boot id',
      { node: node('True', 'then', 'other'), knownLater: true },
      { why: /^node n1 has booted meanwhile$/, over: true, lost: [] },
    ],
    [
      'nobody who could tell',
      { pod: new Error('connection refused') },
      { why: /cannot be found out: connection refused$/, over: true, lost: [] },
    ],
    [
      'answers that came too late for what did not hold',
      { trouble: 'GET /a failed for 9.0 s', observed: { late: true } },
      { why: /^the cluster could not be asked: GET \/a failed for 9.0 s$/, over: true, lost: [] },
    ],
  ]
  for (const [what, given, expected] of table) {
    it(`gives way under ${what}`, async () => {
      const seen = await found(given)
      expect(seen?.why).to.match(expected.why)
      expect(seen).to.deep.include({ over: expected.over, lost: expected.lost })
    })
  }

  it('is not asked about what the check deleted itself, may not be read, or held in spite of late answers', async () => {
    expect(await found({ pod: null, observed: { pods: [{ ...podHandle('p'), deleted: true }] } })).to.equal(null)
    expect(await found({ node: Object.assign(new Error('no'), { code: 403 }) })).to.equal(null)
    expect(await found({ trouble: 'GET /a failed for 9.0 s' })).to.equal(null)
  })
})
