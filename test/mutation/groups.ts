import { randomOf } from '../reliability/random.ts'
import { entangled } from './entangled.ts'

/** A fault, and what says beside which others it can be tried in one run. */
export interface Candidate {
  readonly name: string
  /** Its scenario and release, as a text. */
  readonly place: string
  /** What of the model it changes. */
  readonly changes: readonly string[]
  /** The checks that name it. */
  readonly checks: readonly string[]
}

/** One with more checks than these leaves too little that could be seen to stay green. */
const mostChecks = 40

/**
 * Faults that are tried together: of one place, each changing something else, and no check naming two of them, so that a check that turns red says which.
 * @param most in a group
 * @param seed decides who meets whom. What a check of one fault owes to another of its group shows with the next seed
 */
export function groupsOf<T extends Candidate>(candidates: readonly T[], most: number, seed: number): T[][] {
  const groups: T[][] = []
  for (const candidate of shuffled(candidates, seed)) {
    const group = groups.find((members) => members.length < most && members.every((member) => fits(member, candidate)))
    if (group) group.push(candidate)
    else groups.push([candidate])
  }
  return groups
}

const fits = (one: Candidate, other: Candidate): boolean =>
  one.place === other.place &&
  one.checks.length + other.checks.length <= mostChecks &&
  isDisjoint(one.changes, other.changes) &&
  isDisjoint(one.checks, other.checks) &&
  !entangled.some((names) => names.includes(one.name) && names.includes(other.name))

const isDisjoint = (some: readonly string[], others: readonly string[]): boolean =>
  !some.some((each) => others.includes(each))

function shuffled<T>(all: readonly T[], seed: number): T[] {
  const random = randomOf(seed)
  return all
    .map((each) => ({ each, turn: random.next() }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ each }) => each)
}
