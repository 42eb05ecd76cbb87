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
  /** Of its kernel, as its kubelet reports it; empty where it does not, or where the node has not been read yet. */
  readonly bootId: string
}

/** The nodes' lives as last known, by name: brought up to date by whoever reads a node. */
export type NodeLives = Map<string, NodeLife>

export const livesOf = (nodes: readonly Pick<NodeFacts, 'name' | 'readySince'>[]): NodeLives =>
  new Map(nodes.flatMap(({ name, readySince }) => (readySince ? [[name, { readySince, bootId: '' }] as const] : [])))

export const lifeOf = (node: KubeObject): NodeLife => ({
  readySince: readinessOf(node).since ?? '',
  bootId: reportedBootId(node),
})

/** The boot id of a node: read where it has not been yet. Throws when the node is gone, may not be read, or reports none. */
export async function bootIdOf(lives: NodeLives, readings: GroundReadings, name: string): Promise<string> {
  const known = lives.get(name)?.bootId
  if (known) return known
  const node = await readings.node(name)
  if (node === null) throw new Error(`node ${name} is gone`)
  if (node === 'forbidden') throw new Error(`node ${name} may not be read: its boot id is not known`)
  const life = lifeOf(node)
  const bootId = parseBootId(life.bootId, `status.nodeInfo.bootID of node ${name}`)
  lives.set(name, { ...life, ...lives.get(name), bootId })
  return bootId
}
