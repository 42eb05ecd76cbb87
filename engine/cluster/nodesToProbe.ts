import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { isLost } from '../plan/isLost.ts'
import { noRoom } from '../plan/noRoom.ts'

/** Where no node claims to have Kata, a few are looked at all the same: why they could not have it. */
const samples = 3

/**
 * Nodes that get a probe: the chosen ones, else all that have Kata or may have it (a class can be scheduled there). A cordoned node still takes a
 * pod that names it; one that is not Ready starts nothing.
 */
export function nodesToProbe(facts: ClusterFacts, chosen: readonly string[], notes: string[]): string[] {
  const ready = facts.nodes.filter((node) => {
    const full = noRoom(node)
    if (full !== null) notes.push(`no node probe: ${full}`)
    return !isLost(node) && full === null
  })
  if (chosen.length > 0) return ready.map((node) => node.name).filter((name) => chosen.includes(name))
  const kata = ready.filter((node) => node.kata.value !== false)
  if (kata.length > 0) return kata.map((node) => node.name)
  const some = ready.slice(0, samples).map((node) => node.name)
  if (some.length > 0) notes.push(`no node has Kata; looked at ${some.join(', ')} all the same`)
  return some
}
