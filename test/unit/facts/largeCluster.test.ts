import { expect } from 'chai'
import { startProbes } from '../../../engine/cluster/probes.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { onEachNode } from '../../../helpers/node/onEachNode.ts'
import { nodeInMemory } from '../node/host.ts'
import { clusterOfObjects } from './clusterOfObjects.ts'
import { kataFiles } from './kataFiles.ts'
import { kataDeployDaemonSet, kataNode, kataQemu, node, pod } from './objects.ts'

const names = Array.from({ length: 100 }, (_, index) => `n${index}`)
const noProbes = { probes: () => null }

/** Counts how much is under way at once. */
function gauge() {
  let now = 0
  const seen = {
    peak: 0,
    async during<T>(work: () => Promise<T>): Promise<T> {
      now += 1
      seen.peak = Math.max(seen.peak, now)
      await new Promise(setImmediate)
      return work().finally(() => (now -= 1))
    },
  }
  return seen
}

describe('a large cluster', () => {
  it('is added up in one pass over its pods, of which nothing else is kept', async () => {
    let looked = 0
    const seen = (object: KubeObject): KubeObject =>
      Object.defineProperty({ ...object }, 'spec', {
        get() {
          looked += 1
          return object['spec']
        },
      })
    const spec = { containers: [{ resources: { requests: { cpu: '10m', memory: '1Mi' } } }] }
    const pods = names.flatMap((name) => [pod(name, spec), pod(name, spec)]).map(seen)
    const objects = clusterOfObjects([...names.map(kataNode), kataQemu, ...pods])
    let kept: readonly unknown[] = []
    const cluster = {
      ...objects,
      listAs: async (...given: Parameters<Cluster['listAs']>) => (kept = await objects.listAs(...given)),
    } as Cluster
    const facts = await detectFacts(cluster, noProbes)
    expect(facts.nodes.every(({ requestedMillicores }) => requestedMillicores.value === 20)).to.equal(true)
    expect(facts.nodes.every(({ requestedPods }) => requestedPods.value === 2)).to.equal(true)
    expect(looked, 'looks at a pod').to.be.below(5 * pods.length)
    expect(kept[0]).to.deep.equal({ node: 'n0', millicores: 10, mebibytes: 1 })
  })

  it('is asked once whether it has labels, not once a node', async () => {
    let looked = 0
    const unlabelled = names.map((name) => {
      const object = node(name)
      Object.defineProperty(object.metadata, 'labels', { get: () => ((looked += 1), {}) })
      return object
    })
    await detectFacts(clusterOfObjects([...unlabelled, kataQemu]), noProbes)
    expect(looked).to.be.below(20 * names.length)
  })

  it('has few calls of its probes under way at once', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    const calls = gauge()
    const counted = new Proxy(probe, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => calls.during(async () => Reflect.apply(value, target, given) as unknown)
      },
    })
    const some = names.slice(0, 20).map(kataNode)
    const facts = await detectFacts(clusterOfObjects([...some, kataQemu]), { probes: () => counted })
    expect(facts.classes[0]?.shim.value).to.equal('go')
    expect(calls.peak).to.be.above(16).and.at.most(64)
  })

  it('has few probes started at once', async () => {
    const objects = clusterOfObjects([...names.map(kataNode), kataQemu])
    const creations = gauge()
    const refused = Object.assign(new Error('refused'), { name: 'ApiError', code: 403 })
    const cluster = { ...objects, create: () => creations.during(() => Promise.reject(refused)) } as Cluster
    const probes = await startProbes({
      cluster,
      facts: await detectFacts(objects, noProbes),
      namespaces: { privileged: 'ns' },
      options: { nodeProbe: true, nodes: [], runId: 'r' },
      images: { resolve: () => 'busybox' },
      signal: new AbortController().signal,
    } as unknown as Parameters<typeof startProbes>[0])
    expect(probes.notes).to.have.length(names.length)
    expect(creations.peak).to.equal(16)
  })

  it('is left when the signal aborts, after what was begun has ended', async () => {
    const stop = new AbortController()
    const ended: string[] = []
    const error = await onEachNode(
      names,
      async (name) => {
        stop.abort(new Error('stopped'))
        await new Promise(setImmediate)
        ended.push(name)
      },
      stop.signal,
    ).catch((thrown: Error) => thrown.message)
    expect(error).to.equal('stopped')
    expect(ended).to.have.length(16)
  })

  it('is told where kata-deploy is', async () => {
    const objects = [kataNode('n1'), kataDeployDaemonSet('kata-deploy:3.26.0')]
    expect((await detectFacts(clusterOfObjects(objects), noProbes)).kataDeployNamespaces).to.deep.equal(['kube-system'])
  })
})
