import { errorByName } from '../errorByName.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from './facts.ts'

/**
 * The facts that an arm may use. `of` and friends throw FactUnknownError, which makes the arm skipped with the fact's
 * `how`: a check never guesses.
 */
export interface Facts {
  readonly cluster: ClusterFacts
  /** The class under test. In control and canary arms: the class whose claim is being controlled. */
  readonly class: ClassFacts
  /** The node the arm's pods are on. */
  readonly node: NodeFacts
}

/** Thrown by `need`: the arm is skipped, with the reason that kept us from knowing. */
export class FactUnknownError extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('FactUnknownError')
  constructor(name: string, how: string) {
    super(`${name} is unknown: ${how}`)
    this.name = 'FactUnknownError'
  }
}

/** Thrown by a check that finds out that its claim is not about this cluster: the arm is skipped, with the reason. */
export class NotApplicableError extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NeedUnmetError'
  }
}

/** The fact's value. Throws FactUnknownError when it is unknown. */
export function need<T>(fact: { readonly value: T | null; readonly how: string }, name: string): T {
  if (fact.value === null) throw new FactUnknownError(name, fact.how)
  return fact.value
}
