import { posixExpression } from './regularExpression.ts'

const LEVELS = [['|'], ['&'], ['=', '==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%'], [':']]

class ExprError extends Error {}

/** expr(1) */
export function evaluateExpr(args: string[]): { value: string; complaint?: string } {
  let at = 0
  const parse = (level: number): string => {
    const operators = LEVELS[level]
    if (!operators) return primary()
    let left = parse(level + 1)
    while (at < args.length && operators.includes(args[at] as string)) {
      const operator = args[at++] as string
      left = apply(operator, left, parse(level + 1))
    }
    return left
  }
  const primary = (): string => {
    const word = args[at++]
    if (word === undefined) throw new ExprError('syntax error')
    if (word === '(') {
      const value = parse(0)
      if (args[at++] !== ')') throw new ExprError('syntax error')
      return value
    }
    if (word === 'length') return String(primary().length)
    if (word === 'substr') {
      const text = primary()
      const from = Number(primary())
      return text.slice(from - 1, from - 1 + Number(primary()))
    }
    if (word === 'index') {
      const text = primary()
      const set = primary()
      return String([...text].findIndex((character) => set.includes(character)) + 1)
    }
    if (word === 'match') return match(primary(), primary())
    return word
  }
  try {
    const value = parse(0)
    if (at < args.length) throw new ExprError('syntax error')
    return { value }
  } catch (error) {
    if (!(error instanceof ExprError)) throw error
    return { value: '', complaint: error.message }
  }
}

function match(text: string, pattern: string): string {
  const found = new RegExp(`^(?:${posixExpression(pattern.replace(/^\^/, ''), false)})`).exec(text)
  const grouped = /\\\(/.test(pattern)
  return grouped ? (found?.[1] ?? '') : String(found?.[0].length ?? 0)
}

function apply(operator: string, left: string, right: string): string {
  if (operator === ':') return match(left, right)
  if (operator === '|') return left !== '' && left !== '0' ? left : right
  if (operator === '&') return left !== '' && left !== '0' && right !== '' && right !== '0' ? left : '0'
  const numbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right)
  if (['=', '==', '!=', '<', '<=', '>', '>='].includes(operator)) {
    const order = numbers ? Number(BigInt(left) - BigInt(right)) : left < right ? -1 : left > right ? 1 : 0
    const holds = {
      '=': order === 0,
      '==': order === 0,
      '!=': order !== 0,
      '<': order < 0,
      '<=': order <= 0,
      '>': order > 0,
      '>=': order >= 0,
    }[operator]
    return holds ? '1' : '0'
  }
  if (!numbers) throw new ExprError('non-numeric argument')
  const [a, b] = [BigInt(left), BigInt(right)]
  if ((operator === '/' || operator === '%') && b === 0n) throw new ExprError('division by zero')
  return String(
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b,
  )
}
