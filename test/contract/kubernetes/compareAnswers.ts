import { expect } from 'chai'
import type { AcceptedDifference } from './acceptedDifferences.ts'
import { normalise } from './normalise.ts'
import type { Step } from './recording.ts'
import type { Answer } from './replay.ts'

/** Asserts that an answer is the recorded one, but for what is accepted; an accepted difference must be there. */
export function compareAnswers(answer: Answer, step: Step, accepted: AcceptedDifference | undefined): void {
  const { status, headers, body } = step.response
  const expected = normalise({ status, headers, body })
  const actual = normalise(answer)
  if (accepted === undefined) {
    expect(actual).to.deep.equal(expected)
    return
  }
  expect(actual, 'the accepted difference is no longer there: remove it').not.to.deep.equal(expected)
  const { missing, upTo } = accepted
  if (missing) removeNamed(expected, missing.list, missing.names)
  for (const path of upTo?.paths ?? []) for (const one of [expected, actual]) cut(one, path.split('.'), upTo!.mark)
  for (const path of accepted.ignore) {
    remove(expected, path.split('.'))
    remove(actual, path.split('.'))
  }
  expect(actual).to.deep.equal(expected)
}

function remove(value: unknown, [first = '', ...rest]: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (first.endsWith('+')) {
    ;(value as unknown[]).length = Number.parseInt(first, 10)
    return
  }
  const object = value as Record<string, unknown>
  for (const key of first === '*' ? Object.keys(object) : [first]) {
    if (rest.length === 0) delete object[key]
    else remove(object[key], rest)
  }
}

/** Each has to be there: what the recorded server has not either is no difference. */
function removeNamed(value: unknown, path: string, names: readonly string[]): void {
  const list = at(value, path.split('.')) as { name: string }[]
  expect(list.map(({ name }) => name)).to.include.members([...names])
  list.splice(0, list.length, ...list.filter(({ name }) => !names.includes(name)))
}

function cut(value: unknown, path: readonly string[], mark: string): void {
  const holder = at(value, path.slice(0, -1)) as Record<string, string>
  const key = path.at(-1)!
  expect(holder[key]).to.include(mark)
  holder[key] = holder[key]!.split(mark)[0]!
}

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value)
