import { expect } from 'chai'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import { NODE_USE } from '../../../engine/cluster/labels.ts'
import { createNodeHold } from '../../../engine/schedule/nodeHold.ts'

/** The namespaces of some shards, with waits that end when one of them changes. */
function namespaces(...names: string[]) {
  const objects = new Map<string, KubeObject>(
    names.map((name) => [name, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name } }]),
  )
  const waiting = new Set<() => void>()
  const changed = () => [...waiting].forEach((look) => look())
  const cluster = {
    find: ({ name }) => Promise.resolve(objects.get(name) ?? null),
    patch({ name }, patch) {
      const { annotations } = (patch as { metadata: { annotations: Record<string, string> } }).metadata
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name, annotations } }
      objects.set(name, object)
      changed()
      return Promise.resolve(object)
    },
    waitFor: ({ name }, until, { what }) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const object = objects.get(name)
          if (object && !until(object)) return
          waiting.delete(look)
          if (object) resolve(object)
          else
            reject(
              new WaitError({
                what,
                subject: name,
                end: 'deleted',
                object: null,
                events: [],
                waitedMs: 0,
                trouble: null,
              }),
            )
        }
        waiting.add(look)
        look()
      }),
  } as Partial<Cluster> as Cluster
  return {
    hold: (own: string) => createNodeHold({ cluster, namespaces: names, own, signal: new AbortController().signal }),
    use: (name: string) => objects.get(name)?.metadata.annotations?.[NODE_USE] ?? null,
    remove(name: string) {
      objects.delete(name)
      changed()
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Whether the promise has been kept by now. */
async function kept(promise: Promise<void>): Promise<boolean> {
  let done = false
  void promise.then(() => (done = true))
  await turn()
  return done
}

describe('a node that several shards have', () => {
  it('is nobody else’s when there is one shard: nothing is asked of the cluster', async () => {
    const hold = createNodeHold({ cluster: {} as Cluster, namespaces: ['s1'], own: 's1', signal: AbortSignal.abort() })
    await hold.enter()
    await hold.alone()
  })

  it('is held once the others have ended', async () => {
    const of = namespaces('s1', 's2', 's3')
    await Promise.all([of.hold('s1').enter(), of.hold('s2').enter(), of.hold('s3').enter()])
    const alone = of.hold('s1').alone()
    expect(await kept(alone)).to.equal(false)
    of.remove('s2')
    expect(await kept(alone)).to.equal(false)
    of.remove('s3')
    await alone
    expect(of.use('s1')).to.equal('exclusive')
  })

  it('is not entered by a shard that comes while it is held', async () => {
    const of = namespaces('s1', 's2')
    await of.hold('s1').alone()
    const enter = of.hold('s2').enter()
    expect(await kept(enter)).to.equal(false)
    expect(of.use('s2'), 'what the first shard waits for').to.equal(null)
    of.remove('s1')
    await enter
    expect(of.use('s2')).to.equal('shared')
  })

  it('goes to the first shard when both come at the same moment', async () => {
    const of = namespaces('s1', 's2')
    const alone = of.hold('s1').alone()
    const enter = of.hold('s2').enter()
    await alone
    expect(await kept(enter)).to.equal(false)
    of.remove('s1')
    await enter
  })
})
