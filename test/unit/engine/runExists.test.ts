import { expect } from 'chai'
import { earlierNamespaces } from '../../../engine/cluster/earlierNamespaces.ts'
import { runLabels } from '../../../engine/cluster/labels.ts'
import { createLedger } from '../../../engine/cluster/ledger.ts'
import { createNamespaces } from '../../../engine/cluster/namespaces.ts'
import { RunExistsError } from '../../../engine/cluster/runExistsError.ts'
import type { Shard } from '../../../engine/plan/shard.ts'
import { ApiError } from '../../../helpers/cluster/apiError.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

const namespace = (name: string, runId: string, maker?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: `kata-conformance-${name}`,
    labels: runLabels(runId),
    ...(maker === undefined ? {} : { annotations: { 'kata-conformance.dev/maker': maker } }),
  },
})

describe('a run of the same id', () => {
  const shard = (index: number): Shard => ({ index, count: 3 })
  const rows: readonly (readonly [string, KubeObject, Shard | null, string | undefined, boolean])[] = [
    ['the whole run', namespace('r1', 'r1', 'another'), null, undefined, true],
    ['what is left of it', namespace('r1-privileged', 'r1', 'another'), null, undefined, true],
    ['a Job that somebody else has started', namespace('r1-job', 'r1', 'another'), null, undefined, true],
    ['the Job that this run is in', namespace('r1-job', 'r1', 'job'), null, 'job', false],
    ['the whole run, for a shard', namespace('r1', 'r1', 'another'), shard(1), undefined, true],
    ['this very shard', namespace('r1-s1', 'r1', 'another'), shard(1), undefined, true],
    ['this very shard of the same Job', namespace('r1-s1', 'r1', 'job'), shard(1), 'job', true],
    ['another shard', namespace('r1-s2', 'r1', 'another'), shard(1), undefined, false],
    ['what a check of another shard has made', namespace('r1-s2-1', 'r1', 'another'), shard(1), undefined, false],
    ['a shard, for the whole run', namespace('r1-s2', 'r1', 'another'), null, undefined, true],
    ['another run', namespace('r2', 'r2', 'another'), null, undefined, false],
  ]
  for (const [what, there, of, maker, refused] of rows)
    it(`${refused ? 'is told by' : 'is not'} ${what}`, async () => {
      const cluster = { list: async () => [there] } as unknown as Cluster
      const said = await earlierNamespaces(cluster, { runId: 'r1', shard: of, maker }).catch((error: unknown) => error)
      if (!refused) return expect(said).to.deep.equal([])
      expect(said).to.be.instanceOf(RunExistsError).and.to.include({ exitCode: 2 })
      expect((said as Error).message).to.equal(
        `a run with the id r1 is in this cluster already (namespace ${there.metadata.name}): give another --run-id; ` +
          'if that run was killed, kata-conformance clean --run r1 removes what it left',
      )
    })

  it('is told by the name of its namespace when it begins at the same time', async () => {
    const request = { method: 'POST', path: '/api/v1/namespaces' }
    const cluster = {
      create: async () => {
        throw new ApiError('there is one', { code: 409, reason: 'AlreadyExists', request })
      },
    } as unknown as Cluster
    const ledger = createLedger({ write: () => undefined })
    const run = { runId: 'r1', shard: null }
    const error: unknown = await createNamespaces(cluster, ledger, run, {}, async () => undefined).catch(
      (each: unknown) => each,
    )
    expect(error).to.be.instanceOf(RunExistsError).and.to.include({ exitCode: 2 })
  })
})
