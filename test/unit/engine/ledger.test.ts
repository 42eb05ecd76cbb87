import { expect } from 'chai'
import { createLedger } from '../../../engine/cluster/ledger.ts'
import type { Journal } from '../../../engine/journal/journal.ts'
import { ApiError } from '../../../helpers/cluster/apiError.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

const labels = { 'app.kubernetes.io/managed-by': 'kata-conformance', 'kata-conformance.dev/run': 'r1' }

const object = (kind: string, name: string): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name, labels } })

const request = { method: 'POST', path: '/api/v1/namespaces' }
const noAnswer = new ApiError('no answer', { code: 0, reason: 'Timeout', request })
const refused = new ApiError('there is one', { code: 409, reason: 'AlreadyExists', request })

/** A cluster of objects without a namespace. What it says to a creation may differ from what it does. */
function clusterDouble() {
  const objects = new Map<string, KubeObject>()
  const deadlines: (number | undefined)[] = []
  let lists = 0
  const add = (made: KubeObject): KubeObject => {
    const name = made.metadata.name ?? ''
    const there = { ...made, metadata: { ...made.metadata, uid: `uid-${name}-${objects.size}` } }
    objects.set(name, there)
    return there
  }
  const cluster = {
    create: async (made: KubeObject) => {
      if (objects.has(made.metadata.name ?? '')) throw refused
      return add(made)
    },
    list: async ({ kind, fieldSelector = '' }: { kind: string; fieldSelector?: string }) => {
      lists += 1
      return [...objects.values()].filter(
        (each) => each.kind === kind && fieldSelector === `metadata.name=${each.metadata.name}`,
      )
    },
    delete: async ({ name }: { name: string }, { timeoutMs }: { timeoutMs?: number }) => {
      deadlines.push(timeoutMs)
      return objects.delete(name)
    },
    waitForDeleted: async () => undefined,
  } as unknown as Cluster
  return {
    cluster,
    /** It makes objects, and does not say so. */
    silent: {
      create: async (made: KubeObject) => {
        add(made)
        throw noAnswer
      },
    },
    add,
    deadlines,
    names: () => [...objects.keys()].sort(),
    lists: () => lists,
  }
}

const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )

describe('the ledger', () => {
  let written: string[]
  const journal = {
    write: ({ event, object: { name } }: { event: string; object: { name: string } }) =>
      void written.push(`${event} ${name}`),
  } as unknown as Journal

  beforeEach(() => {
    written = []
  })

  it('removes also what was made though the answer was lost, and asks as long as it has', async () => {
    const { cluster, silent, names, deadlines } = clusterDouble()
    const ledger = createLedger(journal)
    await ledger.make(cluster, object('Namespace', 'kata-conformance-r1'))
    const policy = object('ClusterPolicy', 'kata-conformance-r1-1')
    expect(await failing(ledger.make(silent, policy))).to.equal(noAnswer)
    expect(await ledger.removeAll(cluster, 120_000)).to.deep.equal([])
    expect(names()).to.deep.equal([])
    expect(deadlines).to.deep.equal([120_000, 120_000])
    expect(written).to.include('object.created kata-conformance-r1-1')
  })

  it('leaves what another run of the same id has made: the name is taken, or was not asked for', async () => {
    const { cluster, names } = clusterDouble()
    const other = createLedger(journal)
    await other.make(cluster, object('Namespace', 'kata-conformance-r1'))
    await other.make(cluster, object('RuntimeClass', 'kata-conformance-r1-1'))
    const ledger = createLedger(journal)
    expect(await failing(ledger.make(cluster, object('Namespace', 'kata-conformance-r1')))).to.equal(refused)
    expect(await ledger.removeAll(cluster, 120_000)).to.deep.equal([])
    expect(names()).to.deep.equal(['kata-conformance-r1', 'kata-conformance-r1-1'])
  })

  it('of a shard finds its own lost objects and leaves those of the others, also where one Job has started all', async () => {
    const { cluster, silent, names } = clusterDouble()
    const [ledger, other] = [createLedger(journal, 'job'), createLedger(journal, 'job')]
    await other.make(cluster, object('RuntimeClass', 'kata-conformance-r1-s2-1'))
    await ledger.make(cluster, object('RuntimeClass', 'kata-conformance-r1-s1-1'))
    await failing(ledger.make(silent, object('Namespace', 'kata-conformance-r1-s1')))
    expect(await ledger.removeAll(cluster, 120_000)).to.deep.equal([])
    expect(names()).to.deep.equal(['kata-conformance-r1-s2-1'])
  })

  it('says that an object may be left where nobody may look for it, unless its creation was refused', async () => {
    const { cluster, silent } = clusterDouble()
    const forbidden = new ApiError('no', { code: 403, reason: 'Forbidden', request })
    const blind = { ...cluster, create: () => Promise.reject(forbidden), list: () => Promise.reject(forbidden) }
    const ledger = createLedger({ write: () => undefined })
    await failing(ledger.make(blind, object('PersistentVolume', 'refused')))
    await failing(ledger.make(silent, object('PersistentVolume', 'unanswered')))
    const left = await ledger.removeAll(blind, 120_000)
    expect(left.map(({ kind, name, uid }) => [kind, name, uid])).to.deep.equal([['PersistentVolume', 'unanswered', '']])
  })

  it('looks for nothing when every creation was answered', async () => {
    const { cluster, lists } = clusterDouble()
    const ledger = createLedger(journal)
    await ledger.make(cluster, object('Namespace', 'kata-conformance-r1'))
    await ledger.removeAll(cluster, 120_000)
    expect(lists()).to.equal(0)
  })
})
