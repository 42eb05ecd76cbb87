import type { Fact } from '../facts/fact.ts'
import type { ClusterFacts, NodeFacts } from '../facts/facts.ts'
import type { Declaration } from './declaration.ts'

/** Whether something declared is there; null where that is not known. `how`: by which facts, for each node where they are a node's. */
export interface Presence {
  readonly there: boolean | null
  readonly how: string
}

/** What the facts say of a declaration. Something of nodes is there when a node with Kata has it. Pure. */
export function presenceOf({ kind, name }: Declaration, facts: ClusterFacts): Presence {
  switch (kind) {
    case 'class':
      return facts.classes.some((each) => each.name === name)
        ? { there: true, how: 'it is among the RuntimeClasses of the cluster' }
        : {
            there: false,
            how: `RuntimeClasses of Kata: ${facts.classes.map((each) => each.name).join(', ') || 'none'}`,
          }
    case 'storage-class':
      return among(facts.storageClassNames, name, 'StorageClasses')
    case 'snapshotter':
      return onSomeNode(
        facts,
        ({ snapshotters }) => snapshotters,
        (value) => value.includes(name),
      )
    case 'cni':
      return onSomeNode(
        facts,
        ({ cni }) => cni,
        ({ plugins }) => plugins.some((each) => each === name || each === `${name}-cni`),
      )
    case 'tee':
      return onSomeNode(
        facts,
        ({ tee }) => tee,
        (value) => value.some((each) => each === name),
      )
    case 'gpu':
      return onSomeNode(
        facts,
        ({ gpus }) => gpus,
        (value) => value.some((each) => each === name),
      )
    case 'kyverno':
      return { there: facts.kyverno?.value ?? null, how: facts.kyverno?.how ?? 'nobody looked for it' }
  }
}

function among(fact: Fact<readonly string[]> | undefined, name: string, what: string): Presence {
  if (!fact || fact.value === null) return { there: null, how: fact?.how ?? 'nobody looked for it' }
  return { there: fact.value.includes(name), how: `${what} of the cluster: ${fact.value.join(', ') || 'none'}` }
}

/** Absent only where every node with Kata is known to lack it. */
function onSomeNode<T>(
  { nodes }: ClusterFacts,
  factOf: (node: NodeFacts) => Fact<T> | undefined,
  has: (value: T) => boolean,
): Presence {
  const candidates = nodes.filter(({ kata }) => kata.value !== false)
  if (candidates.length === 0) return { there: false, how: 'no node has Kata' }
  const seen = candidates.map((node) => ({ name: node.name, fact: factOf(node) }))
  const how = seen.map(({ name, fact }) => `${name}: ${told(fact)}`).join('; ')
  const verdicts = seen.map(({ fact }) => (fact?.value === null || fact === undefined ? null : has(fact.value)))
  if (verdicts.includes(true)) return { there: true, how }
  return { there: verdicts.includes(null) ? null : false, how }
}

function told(fact: Fact<unknown> | undefined): string {
  if (!fact) return 'nobody looked for it'
  const { value, how } = fact
  return Array.isArray(value) && value.length > 0 ? `${value.map(String).join(', ')} (${how})` : how
}
