import { ShellError } from './shellError.ts'

interface Variables {
  get(name: string): string | undefined
  set(name: string, value: string): void
}

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|<<=|>>=|\*\*|\+\+|--|&&|\|\||<<|>>|<=|>=|==|!=|[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),])/y
const LEVELS = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]

/** $(( … )): 64-bit integers, variables by name, assignments. @throws ShellError */
export function evaluate(text: string, variables: Variables): bigint {
  const parser = new Arithmetic(text, variables)
  const value = parser.comma()
  parser.end()
  return value
}

class Arithmetic {
  readonly #tokens: string[] = []
  readonly #variables: Variables
  #at = 0
  /** Above 0 in a branch that is not taken: nothing is assigned or divided there. */
  #skipping = 0

  constructor(text: string, variables: Variables) {
    this.#variables = variables
    TOKEN.lastIndex = 0
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const found = TOKEN.exec(text)
      if (!found) throw new ShellError('arithmetic syntax error')
      this.#tokens.push(found[1] as string)
    }
    if (this.#tokens.length === 0) this.#tokens.push('0')
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new ShellError('arithmetic syntax error')
  }

  comma(): bigint {
    let value = this.#assign()
    while (this.#take(',')) value = this.#assign()
    return value
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  #assign(): bigint {
    const name = this.#tokens[this.#at] ?? ''
    const operator = this.#tokens[this.#at + 1] ?? ''
    if (/^[A-Za-z_]/.test(name) && /^([-+*/%&|^]|<<|>>)?=$/.test(operator)) {
      this.#at += 2
      const right = this.#assign()
      return this.#store(name, operator === '=' ? right : this.#apply(operator.slice(0, -1), this.#load(name), right))
    }
    return this.#ternary()
  }

  #store(name: string, value: bigint): bigint {
    const wrapped = BigInt.asIntN(64, value)
    if (this.#skipping === 0) this.#variables.set(name, String(wrapped))
    return wrapped
  }

  #ternary(): bigint {
    const condition = this.#binary(0)
    if (!this.#take('?')) return condition
    const yes = this.#branch(condition !== 0n, () => this.comma())
    if (!this.#take(':')) throw new ShellError('arithmetic syntax error')
    const no = this.#branch(condition === 0n, () => this.#ternary())
    return condition !== 0n ? yes : no
  }

  #branch(taken: boolean, evaluateIt: () => bigint): bigint {
    if (!taken) this.#skipping++
    const value = evaluateIt()
    if (!taken) this.#skipping--
    return value
  }

  #binary(level: number): bigint {
    const operators = LEVELS[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = this.#tokens[this.#at]
      if (operator === undefined || !operators.includes(operator)) return left
      this.#at++
      const taken = operator === '||' ? left === 0n : operator === '&&' ? left !== 0n : true
      const right = this.#branch(taken, () => this.#binary(level + 1))
      left = this.#apply(operator, left, right)
    }
  }

  #apply(operator: string, left: bigint, right: bigint): bigint {
    const truth = (value: boolean) => (value ? 1n : 0n)
    switch (operator) {
      case '||':
        return truth(left !== 0n || right !== 0n)
      case '&&':
        return truth(left !== 0n && right !== 0n)
      case '|':
        return left | right
      case '^':
        return left ^ right
      case '&':
        return left & right
      case '==':
        return truth(left === right)
      case '!=':
        return truth(left !== right)
      case '<':
        return truth(left < right)
      case '<=':
        return truth(left <= right)
      case '>':
        return truth(left > right)
      case '>=':
        return truth(left >= right)
      case '<<':
        return BigInt.asIntN(64, left << (right & 63n))
      case '>>':
        return left >> (right & 63n)
      case '+':
        return BigInt.asIntN(64, left + right)
      case '-':
        return BigInt.asIntN(64, left - right)
      case '*':
        return BigInt.asIntN(64, left * right)
      case '**':
        return BigInt.asIntN(64, left ** right)
      default:
        if (right === 0n) {
          if (this.#skipping > 0) return 0n
          throw new ShellError('divide by zero')
        }
        return operator === '/' ? left / right : left % right
    }
  }

  #unary(): bigint {
    if (this.#take('!')) return this.#unary() === 0n ? 1n : 0n
    if (this.#take('~')) return ~this.#unary()
    if (this.#take('-')) return -this.#unary()
    if (this.#take('+')) return this.#unary()
    for (const [token, step] of [
      ['++', 1n],
      ['--', -1n],
    ] as const) {
      if (!this.#take(token)) continue
      const name = this.#tokens[this.#at++] ?? ''
      return this.#store(name, this.#load(name) + step)
    }
    const base = this.#primary()
    return this.#take('**') ? this.#apply('**', base, this.#unary()) : base
  }

  #primary(): bigint {
    if (this.#take('(')) {
      const value = this.comma()
      if (!this.#take(')')) throw new ShellError('arithmetic syntax error')
      return value
    }
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new ShellError('arithmetic syntax error')
    if (/^[A-Za-z_]/.test(token)) {
      const value = this.#load(token)
      if (this.#take('++')) this.#store(token, value + 1n)
      else if (this.#take('--')) this.#store(token, value - 1n)
      return value
    }
    return number(token)
  }

  #load(name: string): bigint {
    const text = (this.#variables.get(name) ?? '').trim()
    if (text === '') return 0n
    if (/^[-+]?\d/.test(text)) return text.startsWith('-') ? -number(text.slice(1)) : number(text.replace('+', ''))
    return evaluate(text, this.#variables)
  }
}

function number(token: string): bigint {
  if (/^0[0-7]+$/.test(token)) return BigInt(`0o${token.slice(1)}`)
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(token)) throw new ShellError('arithmetic syntax error')
  return BigInt(token)
}
