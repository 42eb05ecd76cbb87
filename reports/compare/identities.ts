import type { RunRecord } from '../record/runRecord.ts'

/** How names of the first run are called in the second, and by which rule. */
export interface Identities {
  classOf(name: string): string
  behaviourOf(id: string): string
  /** A line for each name that was matched to another one. */
  readonly notes: readonly string[]
}

/**
 * @param renamed RuntimeClasses that the operator says are renamed, by their former names. Besides, a class that is gone is matched to one that is new
 * and has its handler, and a claim that is gone to one that is new and states the same.
 */
export function matchIdentities(
  before: RunRecord,
  after: RunRecord,
  renamed: Readonly<Record<string, string>>,
): Identities {
  const notes: string[] = []
  const classes = new Map(Object.entries(renamed))
  for (const [from, to] of classes) notes.push(`RuntimeClass ${from} is ${to} now, by the policy`)
  const handlers = [handlersOf(before), handlersOf(after)] as const
  for (const [name, handler] of handlers[0]) {
    if (handlers[1].has(name) || classes.has(name)) continue
    const successors = [...handlers[1]].filter(([other, its]) => !handlers[0].has(other) && its === handler)
    const [successor] = successors
    if (!successor || successors.length > 1) continue
    classes.set(name, successor[0])
    notes.push(`RuntimeClass ${name} is ${successor[0]} now: the same handler, ${handler}`)
  }
  const claims = new Map<string, string>()
  const known = new Set(before.claims.map(({ id }) => id))
  const still = new Set(after.claims.map(({ id }) => id))
  for (const claim of before.claims) {
    if (still.has(claim.id)) continue
    const successor = after.claims.find(({ id, statement }) => !known.has(id) && statement === claim.statement)
    if (!successor) continue
    claims.set(claim.id, successor.id)
    notes.push(`${claim.id} is ${successor.id} now: the same statement`)
  }
  return { classOf: (name) => classes.get(name) ?? name, behaviourOf: (id) => claims.get(id) ?? id, notes }
}

const handlersOf = ({ facts }: RunRecord): Map<string, string> =>
  new Map(
    facts.flatMap(({ subject, name, value }) =>
      subject.startsWith('class/') && name === 'handler' && typeof value === 'string'
        ? [[subject.slice('class/'.length), value]]
        : [],
    ),
  )
