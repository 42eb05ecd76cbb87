import { unknown, type Fact } from './fact.ts'

/**
 * One fact from those of several nodes. Equal values are known; different ones are no fact of the class: unknown, with both.
 * A node that could not tell does not spoil what the others say.
 */
export function agree<T>(facts: readonly { readonly node: string; readonly fact: Fact<T> }[], none: string): Fact<T> {
  const told = facts.filter((each) => each.fact.value !== null)
  const first = told[0]
  if (!first) return facts[0]?.fact ?? unknown(none)
  const other = told.find((each) => JSON.stringify(each.fact.value) !== JSON.stringify(first.fact.value))
  if (!other) return first.fact
  const say = ({ node, fact }: { node: string; fact: Fact<T> }): string => `${JSON.stringify(fact.value)} on ${node}`
  return unknown(`nodes disagree: ${say(first)}, ${say(other)}`)
}
