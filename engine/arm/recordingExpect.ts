import * as chai from 'chai'
import type { Assertion } from '../../reports/record/arm.ts'

/** What an arm has asserted so far. Closed once the arm has its verdict: what is asserted later is not part of it. */
export interface AssertionLog {
  readonly assertions: Assertion[]
  closed: boolean
}

export const createAssertionLog = (): AssertionLog => ({ assertions: [], closed: false })

const FLAG = 'kata-conformance:log'

type AssertArguments = [expression: unknown, message?: string, negated?: string, expected?: unknown, actual?: unknown]

chai.use((_chai, utils) => {
  const prototype = _chai.Assertion.prototype as unknown as { assert: (...args: AssertArguments) => void }
  const original = prototype.assert
  prototype.assert = function (this: Chai.AssertionStatic, ...args: AssertArguments): void {
    const log = utils.flag(this, FLAG) as AssertionLog | undefined
    if (log) record(log, utils, this, args)
    original.apply(this, args)
  }
})

function record(
  log: AssertionLog,
  utils: Chai.ChaiUtils,
  assertion: Chai.AssertionStatic,
  args: AssertArguments,
): void {
  const ok = Boolean(utils.test(assertion as never, args as never))
  const negated = Boolean(utils.flag(assertion, 'negate'))
  const template = (negated ? args[2] : args[1]) ?? args[1] ?? ''
  const text = utils.getMessage(assertion as never, [true, template, template, args[3], args[4]] as never)
  const actual: unknown = args.length > 4 ? args[4] : utils.flag(assertion, 'object')
  const entry: Assertion = {
    ok,
    text,
    expected: expectation(template, args.length > 3 ? utils.inspect(args[3]) : null),
    observed: utils.inspect(actual),
  }
  if (!log.closed) log.assertions.push(entry)
}

/** "expected #{this} to be close to 256 +/- 4" reads as "to be close to 256 +/- 4". */
const expectation = (template: unknown, expected: string | null): string => {
  const words = String(typeof template === 'function' ? (template as () => string)() : template)
  const rest = words.replace(/^expected #\{this\} /, '').replace(/,? but got .*$/, '')
  return expected === null ? rest : rest.replace('#{exp}', expected)
}

/** chai's expect whose assertions are written to the log. */
export function recordingExpect(log: AssertionLog): typeof chai.expect {
  const expect = ((value: unknown, message?: string) => {
    const assertion = chai.expect(value, message)
    chai.util.flag(assertion, FLAG, log)
    return assertion
  }) as typeof chai.expect
  expect.fail = ((...args: [string]) => {
    const message = typeof args[0] === 'string' ? args[0] : 'expect.fail()'
    log.assertions.push({ ok: false, text: message, expected: null, observed: null })
    throw new chai.AssertionError(message)
  }) as typeof chai.expect.fail
  return expect
}
