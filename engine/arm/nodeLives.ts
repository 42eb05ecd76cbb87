import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { NodeFacts } from '../../helpers/facts/facts.ts'
import { reportedBootId } from '../../helpers/facts/bootId.ts'
import { parseBootId } from '../../helpers/guest/bootId.ts'
import { readinessOf } from '../../helpers/pods/nodeReadiness.ts'
import type { GroundReadings } from './groundReadings.ts'

/** What stays the same as long as a node is neither lost nor booted. */
export interface NodeLife {
  /** RFC 3339; since when it has been ready. */
  readonly readySince: string
  /** Of its kernel; empty where it is not known. */
  readonly bootId: string
}

/** The nodes' lives as last known, by name: brought up to date by whoever reads a node. */
export type NodeLives = Map<string, NodeLife>

export const livesOf = (nodes: readonly Pick<NodeFacts, 'name' | 'readySince' | 'bootId'>[]): NodeLives =>
  new Map(
    nodes.flatMap(({ name, readySince, bootId }) =>
      readySince ? [[name, { readySince, bootId: bootId.value ?? '' }] as const] : [],
    ),
  )

export const lifeOf = (node: KubeObject): NodeLife => ({
  readySince: readinessOf(node).since ?? '',
  bootId: reportedBootId(node),
})

/**
 * Boot ids of nodes. A node's is read at the first question: who may not read nodes would not see one that boots. From then on it is the last known one.
 * Throws when the node is gone, may not be read, or reports none.
 */
export function createBootIds(lives: NodeLives, readings: GroundReadings): (node: string) => Promise<string> {
  const read = new Set<string>()
  return async (name) => {
    const known = lives.get(name)
    if (known?.bootId && read.has(name)) return known.bootId
    const node = await readings.node(name)
    if (node === null) throw new Error(`node ${name} is gone`)
    if (node === 'forbidden') throw new Error(`node ${name} may not be read: its boot id is not known`)
    const life = lifeOf(node)
    const bootId = parseBootId(life.bootId, `status.nodeInfo.bootID of node ${name}`)
    read.add(name)
    if (!known?.bootId) lives.set(name, { ...life, ...known, bootId })
    return bootId
  }
}
