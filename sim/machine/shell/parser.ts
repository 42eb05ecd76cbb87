import { ShellSyntaxError } from './ast.ts'
import type { Case, List, Node, Part, Redirection, Simple, Word } from './ast.ts'
import { WordReader } from './wordReader.ts'

const RESERVED = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'while',
  'until',
  'do',
  'done',
  'for',
  'case',
  'esac',
  'in',
  '{',
  '}',
  '!',
  'function',
])
const CACHE_SIZE = 500
const cache = new Map<string, List>()

/** @throws ShellSyntaxError with ash's wording */
export function parseScript(text: string): List {
  const known = cache.get(text)
  if (known) return known
  const parsed = new Parser(text).script()
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string)
  cache.set(text, parsed)
  return parsed
}

export class Parser {
  readonly #reader: WordReader

  constructor(text: string) {
    this.#reader = new WordReader(text, (inner, at) => this.#nested(inner, at))
  }

  script(): List {
    const list = this.#list([])
    if (!this.#reader.atEnd()) this.#fail()
    return list
  }

  /** A $( … ) inside a word: parsed where it stands, up to its closing parenthesis. */
  #nested(text: string, at: number): { body: List; end: number } {
    const inner = new Parser(text)
    inner.#reader.position = at
    const body = inner.#list([')'])
    inner.#reader.skipBlank()
    if (!inner.#reader.take(')')) inner.#fail(')')
    return { body, end: inner.#reader.position }
  }

  #list(stops: string[]): List {
    const items: List['items'] = []
    for (;;) {
      this.#reader.skipNewlines()
      while (this.#reader.peek() === ';' && this.#reader.peek(1) !== ';' && items.length === 0 && stops.length === 0)
        this.#fail(';')
      if (this.#reader.atEnd() || this.#stopsHere(stops)) return { type: 'list', items }
      const start = this.#reader.position
      const node = this.#andOr()
      this.#reader.skipBlank()
      const text = this.#reader.text.slice(start, this.#reader.position).trim()
      let background = false
      if (this.#reader.peek() === '&' && this.#reader.peek(1) !== '&') {
        this.#reader.position++
        background = true
      } else if (this.#reader.peek() === ';' && this.#reader.peek(1) !== ';') this.#reader.position++
      else if (this.#reader.peek() !== '\n' && !this.#reader.atEnd() && !this.#stopsHere(stops)) this.#fail()
      items.push({ node, background, text })
    }
  }

  #stopsHere(stops: string[]): boolean {
    const next = this.#reader.peek()
    if (next === ')') return stops.includes(')') || this.#fail(')')
    if (next === ';' && this.#reader.peek(1) === ';') return stops.includes(';;') || this.#fail(';;')
    const word = this.#reader.peekName()
    return word !== null && stops.includes(word)
  }

  #andOr(): Node {
    let left = this.#pipeline()
    for (;;) {
      this.#reader.skipBlank()
      const type = this.#reader.take('&&') ? 'and' : this.#reader.take('||') ? 'or' : null
      if (!type) return left
      this.#reader.skipNewlines()
      left = { type, left, right: this.#pipeline() }
    }
  }

  #pipeline(): Node {
    let negated = false
    this.#reader.skipBlank()
    while (this.#keyword('!')) negated = !negated
    const commands = [this.#command()]
    for (;;) {
      this.#reader.skipBlank()
      if (this.#reader.peek() !== '|' || this.#reader.peek(1) === '|') break
      this.#reader.position++
      this.#reader.skipNewlines()
      commands.push(this.#command())
    }
    return commands.length === 1 && !negated ? (commands[0] as Node) : { type: 'pipeline', commands, negated }
  }

  #keyword(word: string): boolean {
    this.#reader.skipBlank()
    if (this.#reader.peekName() !== word) return false
    this.#reader.position += word.length
    return true
  }

  #expect(word: string): void {
    this.#reader.skipNewlines()
    if (!this.#keyword(word)) this.#fail(this.#reader.peekName() ?? undefined, word)
  }

  #command(): Node {
    this.#reader.skipBlank()
    if (this.#reader.peek() === '(') {
      this.#reader.position++
      const body = this.#list([')'])
      if (!this.#reader.take(')')) this.#fail(undefined, ')')
      return { type: 'subshell', body: this.#filled(body), redirections: this.#redirections() }
    }
    const word = this.#reader.peekName()
    if (word === null || !RESERVED.has(word)) return this.#simple()
    switch (word) {
      case '{': {
        this.#keyword('{')
        const body = this.#filled(this.#list(['}']))
        this.#expect('}')
        return { type: 'group', body, redirections: this.#redirections() }
      }
      case 'if':
        return this.#if()
      case 'while':
      case 'until': {
        this.#keyword(word)
        const condition = this.#filled(this.#list(['do']))
        this.#expect('do')
        const body = this.#filled(this.#list(['done']))
        this.#expect('done')
        return { type: word, condition, body, redirections: this.#redirections() }
      }
      case 'for':
        return this.#for()
      case 'case':
        return this.#case()
      case 'function': {
        this.#keyword('function')
        this.#reader.skipBlank()
        const name = this.#reader.peekName() ?? this.#fail()
        this.#reader.position += name.length
        this.#reader.skipBlank()
        if (this.#reader.take('(')) this.#reader.take(')')
        this.#reader.skipNewlines()
        return { type: 'function', name, body: this.#command() }
      }
      default:
        return this.#fail(word)
    }
  }

  #filled(list: List): List {
    return list.items.length > 0 ? list : this.#fail()
  }

  #if(): Node {
    this.#reader.position += 2
    const condition = this.#filled(this.#list(['then']))
    this.#expect('then')
    const then = this.#filled(this.#list(['elif', 'else', 'fi']))
    let other: List | null = null
    this.#reader.skipNewlines()
    if (this.#reader.peekName() === 'elif') {
      this.#reader.position += 2
      const text = 'elif'
      const node = this.#if()
      return {
        type: 'if',
        condition,
        then,
        else: { type: 'list', items: [{ node, background: false, text }] },
        redirections: [],
      }
    }
    if (this.#keyword('else')) other = this.#filled(this.#list(['fi']))
    this.#expect('fi')
    return { type: 'if', condition, then, else: other, redirections: this.#redirections() }
  }

  #for(): Node {
    this.#keyword('for')
    this.#reader.skipBlank()
    const name = this.#reader.peekName() ?? this.#fail()
    this.#reader.position += name.length
    this.#reader.skipNewlines()
    let words: Word[] | null = null
    if (this.#keyword('in')) {
      words = []
      for (let word = this.#word(); word; word = this.#word()) words.push(word)
    }
    this.#reader.skipBlank()
    this.#reader.take(';')
    this.#expect('do')
    const body = this.#filled(this.#list(['done']))
    this.#expect('done')
    return { type: 'for', name, words, body, redirections: this.#redirections() }
  }

  #case(): Case {
    this.#keyword('case')
    const word = this.#word() ?? this.#fail()
    this.#expect('in')
    const arms: Case['arms'] = []
    for (;;) {
      this.#reader.skipNewlines()
      if (this.#keyword('esac')) break
      this.#reader.take('(')
      const patterns = [this.#word() ?? this.#fail()]
      for (this.#reader.skipBlank(); this.#reader.take('|'); this.#reader.skipBlank())
        patterns.push(this.#word() ?? this.#fail())
      if (!this.#reader.take(')')) this.#fail(undefined, ')')
      const body = this.#list([';;', 'esac'])
      arms.push({ patterns, body })
      this.#reader.skipNewlines()
      this.#reader.take(';;')
    }
    return { type: 'case', word, arms, redirections: this.#redirections() }
  }

  #simple(): Node {
    const command: Simple = { type: 'simple', assignments: [], words: [], redirections: [] }
    for (;;) {
      const redirection = this.#redirection()
      if (redirection) {
        command.redirections.push(redirection)
        continue
      }
      const word = this.#word()
      if (!word) break
      const first = command.words.length === 0 ? assignment(word) : null
      if (first) command.assignments.push(first)
      else command.words.push(word)
      const name = command.words.length === 1 ? plain(word) : null
      this.#reader.skipBlank()
      if (name !== null && this.#reader.peek() === '(') {
        this.#reader.position++
        this.#reader.skipBlank()
        if (!this.#reader.take(')')) this.#fail('(')
        this.#reader.skipNewlines()
        return { type: 'function', name, body: this.#command() }
      }
    }
    if (command.words.length + command.assignments.length + command.redirections.length === 0) this.#fail()
    return command
  }

  #redirections(): Redirection[] {
    const list: Redirection[] = []
    for (let next = this.#redirection(); next; next = this.#redirection()) list.push(next)
    return list
  }

  #redirection(): Redirection | null {
    this.#reader.skipBlank()
    const match = this.#reader.match(/(\d*)(<<-?|<&|<>|>>|>&|>\||&>|<|>)/y)
    if (!match) return null
    const fd = match[1] === '' ? null : Number(match[1])
    const operator = match[2] as string
    this.#reader.skipBlank()
    if (operator.startsWith('<<')) return { fd, operator: '<<', target: this.#reader.hereDocument(operator === '<<-') }
    return { fd, operator: operator as Redirection['operator'], target: this.#word() ?? this.#fail() }
  }

  #word(): Word | null {
    this.#reader.skipBlank()
    return this.#reader.word()
  }

  #fail(seen?: string, wanted?: string): never {
    this.#reader.skipBlank()
    const next =
      seen ??
      (this.#reader.atEnd()
        ? 'end of file'
        : this.#reader.peek() === '\n'
          ? 'newline'
          : (this.#reader.peekName() ?? this.#reader.peekOperator()))
    const shown = next === 'end of file' || next === 'newline' ? `unexpected ${next}` : `unexpected "${next}"`
    throw new ShellSyntaxError(`syntax error: ${shown}${wanted ? ` (expecting "${wanted}")` : ''}`)
  }
}

/** The text of a word without any quoting or expansion; null otherwise. */
export function plain(word: Word): string | null {
  const [only] = word
  return word.length === 1 && only?.type === 'text' && !only.quoted ? only.text : null
}

function assignment(word: Word): { name: string; value: Word } | null {
  const [first, ...rest] = word
  if (first?.type !== 'text' || first.quoted) return null
  const match = /^([A-Za-z_]\w*)=/.exec(first.text)
  if (!match) return null
  const left = first.text.slice(match[0].length)
  const head: Part[] = left === '' ? [] : [{ type: 'text', text: left, quoted: false }]
  return { name: match[1] as string, value: [...head, ...rest] }
}
