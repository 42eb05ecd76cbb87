import { expect } from 'chai'
import { createLedger } from '../../../engine/cluster/ledger.ts'
import type { Journal } from '../../../engine/journal/journal.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

const object = (kind: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, uid: `uid-${name}` },
})

describe('the ledger', () => {
  const written: string[] = []
  const journal = {
    write: ({ event, object: { name } }: { event: string; object: { name: string } }) =>
      void written.push(`${event} ${name}`),
  } as unknown as Journal

  it('removes also what was made though the answer was lost, and asks as long as it has', async () => {
    const deleted: string[] = []
    const deadlines: (number | undefined)[] = []
    const cluster = {
      list: async ({ kind, labelSelector }: { kind: string; labelSelector: string }) => {
        expect(labelSelector).to.include('kata-conformance.dev/run=r1')
        return kind === 'Namespace'
          ? [
              object(kind, 'kata-conformance-r1'),
              object(kind, 'kata-conformance-r1-privileged'),
              object(kind, 'kata-conformance-r1-job'),
            ]
          : []
      },
      delete: async ({ name }: { name: string }, { timeoutMs }: { timeoutMs?: number }) => {
        deleted.push(name)
        deadlines.push(timeoutMs)
        return true
      },
      waitForDeleted: async () => undefined,
    } as unknown as Cluster
    const ledger = createLedger(journal, 'r1')
    ledger.created(object('Namespace', 'kata-conformance-r1'))
    expect(await ledger.removeAll(cluster, 120_000)).to.deep.equal([])
    expect(deleted).to.have.members(['kata-conformance-r1', 'kata-conformance-r1-privileged'])
    expect(deadlines).to.deep.equal([120_000, 120_000])
    expect(written).to.include('object.created kata-conformance-r1-privileged')
  })
})
