import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { readinessOf } from '../../helpers/pods/nodeReadiness.ts'
import { disruptionOf } from '../../helpers/pods/podDisruption.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { GroundReadings } from './groundReadings.ts'
import { lifeOf, type NodeLives } from './nodeLives.ts'

/** What an arm stands on while it runs: its pods, their nodes, and a cluster that answers. */
export interface Ground {
  /** What was done to it since the arm began, so that its verdict says nothing about the product. */
  disturbance(of: Observed): Promise<Disturbance | null>
}

export interface Observed {
  readonly pods: readonly PodHandle[]
  /** The arm's node, which it may have looked at without a pod. */
  readonly node: string | null
  /** What was seen may have been seen, or have happened, too late: then answers that came too late count. */
  readonly late: boolean
}

export interface Disturbance {
  readonly why: string
  /** Pods of the arm that are gone, or going: no other arm may use them. */
  readonly lost: readonly PodHandle[]
  /** False when it goes on: another try would meet the same. */
  readonly over: boolean
}

/** @param nodes brought up to date here */
export function groundOf(cluster: Pick<Cluster, 'troubleSince'>, readings: GroundReadings, nodes: NodeLives): Ground {
  const began = performance.now()
  const before = new Map(nodes)

  async function ofPod(pod: PodHandle): Promise<string | null> {
    if (pod.uid === '' || pod.deleted) return null
    const { name, namespace, uid } = pod
    const now = (await readings.podsOf(namespace)).get(name)
    if (now === undefined || now.metadata.uid !== uid)
      return `pod ${namespace}/${name} is gone: somebody else deleted it`
    const disruption = disruptionOf(now)
    return disruption && `pod ${namespace}/${name}: ${disruption.reason}: ${disruption.message}`
  }

  async function ofNode(name: string): Promise<{ why: string; over: boolean } | null> {
    const node = await readings.node(name)
    if (node === 'forbidden') return null
    if (node === null) return { why: `node ${name} is no longer part of the cluster`, over: false }
    const { isReady, why } = readinessOf(node)
    if (!isReady) return { why: `node ${name} is not ready: ${why}`, over: false }
    const life = lifeOf(node)
    const { readySince } = before.get(name) ?? life
    // What the arm has read itself counts where nothing was known when it began.
    const bootId = before.get(name)?.bootId || (nodes.get(name)?.bootId ?? '')
    nodes.set(name, life)
    // A node that is back within the 40 s that it may be silent has been ready all the time.
    if (bootId !== '' && bootId !== life.bootId) return { why: `node ${name} has booted meanwhile`, over: true }
    return readySince === life.readySince
      ? null
      : { why: `node ${name} was not ready until ${life.readySince}`, over: true }
  }

  return {
    async disturbance({ pods, node: own, late }) {
      const names = new Set([...pods.map(({ node }) => node), own ?? ''].filter((name) => name !== ''))
      try {
        const [ofPods, ofNodes] = await Promise.all([Promise.all(pods.map(ofPod)), Promise.all([...names].map(ofNode))])
        const lost = pods.filter((_pod, index) => ofPods[index] !== null)
        const node = ofNodes.find((each) => each !== null) ?? null
        const why = ofPods.find((each) => each !== null) ?? node?.why
        if (why) return { why, lost, over: node?.over ?? true }
      } catch (error) {
        const why = `whether its pods and nodes are still there cannot be found out: ${(error as Error).message}`
        return { why, lost: [], over: true }
      }
      // What holds, holds however late it was seen; what does not may have come too late.
      const trouble = late ? cluster.troubleSince(began) : null
      return trouble === null ? null : { why: `the cluster could not be asked: ${trouble}`, lost: [], over: true }
    },
  }
}
