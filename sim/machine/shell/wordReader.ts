import { ShellSyntaxError } from './ast.ts'
import type { List, Part, Word } from './ast.ts'

const BLANK = /[ \t]/
const ENDS_WORD = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])
const SPECIAL = new Set(['@', '*', '#', '?', '-', '$', '!'])
const NAME = /[A-Za-z_]\w*/y

type Nested = (text: string, at: number) => { body: List; end: number }

/** Reads characters of a script into words, with quotes, expansions and here-documents. */
export class WordReader {
  readonly text: string
  position = 0
  readonly #nested: Nested
  readonly #hereDocuments: { delimiter: string; quoted: boolean; stripTabs: boolean; target: Word }[] = []

  constructor(text: string, nested: Nested) {
    this.text = text
    this.#nested = nested
  }

  peek(ahead = 0): string {
    return this.text[this.position + ahead] ?? ''
  }

  atEnd(): boolean {
    return this.position >= this.text.length
  }

  take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false
    this.position += token.length
    return true
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)
    if (found) this.position += found[0].length
    return found
  }

  /** Blanks, line continuations and comments. */
  skipBlank(): void {
    for (;;) {
      if (BLANK.test(this.peek())) this.position++
      else if (this.peek() === '\\' && this.peek(1) === '\n') this.position += 2
      else if (this.peek() === '#' && (this.position === 0 || ENDS_WORD.has(this.text[this.position - 1] as string))) {
        while (!this.atEnd() && this.peek() !== '\n') this.position++
      } else return
    }
  }

  skipNewlines(): void {
    for (this.skipBlank(); this.peek() === '\n'; this.skipBlank()) {
      this.position++
      this.#readHereDocuments()
    }
  }

  /** The plain characters of the word that starts here, without reading it. */
  peekName(): string | null {
    this.skipBlank()
    let end = this.position
    while (
      end < this.text.length &&
      !ENDS_WORD.has(this.text[end] as string) &&
      !/["'$`\\]/.test(this.text[end] as string)
    )
      end++
    return end === this.position ? null : this.text.slice(this.position, end)
  }

  peekOperator(): string {
    const found = /^(&&|\|\||;;|<<|>>|[;&|<>()])/.exec(this.text.slice(this.position, this.position + 2))
    return found?.[0] ?? this.peek()
  }

  word(): Word | null {
    const parts: Word = []
    while (!this.atEnd() && !ENDS_WORD.has(this.peek())) this.#part(parts, '')
    return parts.length > 0 ? parts : null
  }

  hereDocument(stripTabs: boolean): Word {
    const start = this.position
    const word = this.word() ?? this.#fail('unexpected newline')
    const raw = this.text.slice(start, this.position)
    const delimiter = word.map((part) => (part.type === 'text' ? part.text : '')).join('')
    const target: Word = []
    this.#hereDocuments.push({ delimiter, quoted: /['"\\]/.test(raw), stripTabs, target })
    return target
  }

  #readHereDocuments(): void {
    for (const document of this.#hereDocuments.splice(0)) {
      let body = ''
      for (;;) {
        if (this.atEnd()) break
        const end = this.text.indexOf('\n', this.position)
        let line = end < 0 ? this.text.slice(this.position) : this.text.slice(this.position, end)
        this.position = end < 0 ? this.text.length : end + 1
        if (document.stripTabs) line = line.replace(/^\t+/, '')
        if (line === document.delimiter) break
        body += `${line}\n`
      }
      if (document.quoted) document.target.push({ type: 'text', text: body, quoted: true })
      else document.target.push(...parseQuoted(body, this.#nested))
    }
  }

  /** One part of a word. @param within '' outside quotes, '"' inside double quotes, '}' in the argument of ${…} */
  #part(parts: Word, within: '' | '"' | '}' | '"}'): void {
    const quoted = within.startsWith('"')
    const next = this.peek()
    if (next === "'" && within !== '"' && within !== '"}') {
      const end = this.text.indexOf("'", this.position + 1)
      if (end < 0) this.#fail('unterminated quoted string')
      parts.push({ type: 'text', text: this.text.slice(this.position + 1, end), quoted: true })
      this.position = end + 1
    } else if (next === '"') {
      if (within === '"') return
      this.position++
      const before = parts.length
      while (this.peek() !== '"') {
        if (this.atEnd()) this.#fail('unterminated quoted string')
        this.#part(parts, '"')
      }
      this.position++
      if (parts.length === before) parts.push({ type: 'text', text: '', quoted: true })
    } else if (next === '\\') {
      const after = this.peek(1)
      this.position += 2
      if (after === '\n') return
      if (after === '') parts.push({ type: 'text', text: '\\', quoted: true })
      else if (quoted && !'$`"\\'.includes(after) && !(within === '"}' && after === '}'))
        parts.push({ type: 'text', text: `\\${after}`, quoted: true })
      else parts.push({ type: 'text', text: after, quoted: true })
    } else if (next === '$') this.#dollar(parts, quoted)
    else if (next === '`') this.#backquote(parts, quoted)
    else {
      let end = this.position
      const stop = (character: string) =>
        '\\$`"'.includes(character) ||
        (character === "'" && !quoted) ||
        (within === '' && ENDS_WORD.has(character)) ||
        (within.endsWith('}') && character === '}')
      while (end < this.text.length && !stop(this.text[end] as string)) end++
      if (end === this.position) end++
      parts.push({ type: 'text', text: this.text.slice(this.position, end), quoted })
      this.position = end
    }
  }

  #dollar(parts: Word, quoted: boolean): void {
    this.position++
    const next = this.peek()
    if (next === '(' && this.peek(1) === '(') {
      const found = this.#arithmetic()
      if (found) {
        parts.push({ type: 'arithmetic', expression: found, quoted })
        return
      }
    }
    if (next === '(') {
      const { body, end } = this.#nested(this.text, this.position + 1)
      this.position = end
      parts.push({ type: 'command', body, quoted })
    } else if (next === '{') parts.push(this.#braced(quoted))
    else if (SPECIAL.has(next) || /\d/.test(next)) {
      this.position++
      parts.push(parameter(next, quoted))
    } else {
      const name = this.match(NAME)
      if (name) parts.push(parameter(name[0], quoted))
      else if (next === "'" && !quoted) this.#ansiString(parts)
      else parts.push({ type: 'text', text: '$', quoted })
    }
  }

  /** $'…' */
  #ansiString(parts: Word): void {
    const found = this.match(/'((?:[^'\\]|\\[^])*)'/y)
    if (!found) this.#fail('unterminated quoted string')
    parts.push({ type: 'text', text: unescape(found?.[1] ?? ''), quoted: true })
  }

  #arithmetic(): Word | null {
    let depth = 0
    for (let at = this.position + 2; at < this.text.length; at++) {
      const character = this.text[at]
      if (character === '(') depth++
      else if (character === ')' && depth > 0) depth--
      else if (character === ')') {
        if (this.text[at + 1] !== ')') return null
        const inner = this.text.slice(this.position + 2, at)
        this.position = at + 2
        return parseQuoted(inner, this.#nested)
      }
    }
    return null
  }

  #braced(quoted: boolean): Part {
    this.position++
    if (this.peek() === '#' && this.peek(1) !== '}' && !/[:%#+=?-]/.test(this.peek(1))) {
      this.position++
      const name = this.match(/[A-Za-z_]\w*|\d+|[@*?$!#-]/y)?.[0] ?? this.#fail('bad substitution')
      if (!this.take('}')) this.#fail('bad substitution')
      return { type: 'parameter', name, operator: 'length', argument: null, replacement: null, quoted }
    }
    const name = this.match(/[A-Za-z_]\w*|\d+|[@*?$!#-]/y)?.[0] ?? this.#fail('bad substitution')
    const operator = this.match(/:[-=?+]|[-=?+]|%%|%|##|#|\/\/|\/|:/y)?.[0] ?? ''
    let argument: Word | null = null
    let replacement: Word | null = null
    if (operator !== '') {
      // A pattern is not quoted by the double quotes around the expansion (POSIX, Parameter Expansion).
      const isPattern = /^[%#/]/.test(operator)
      argument = this.#argument(quoted && !isPattern, operator.startsWith('/') ? '/' : operator === ':' ? ':' : null)
      if (operator.startsWith('/') && this.take('/')) replacement = this.#argument(quoted, null)
      if (operator === ':' && this.take(':')) replacement = this.#argument(quoted, null)
    }
    if (!this.take('}')) this.#fail('bad substitution')
    return { type: 'parameter', name, operator, argument, replacement, quoted }
  }

  #argument(quoted: boolean, until: string | null): Word {
    const parts: Word = []
    while (this.peek() !== '}') {
      if (this.atEnd()) this.#fail('unterminated quoted string')
      if (until !== null && this.peek() === until) break
      const before = this.position
      this.#part(parts, quoted ? '"}' : '}')
      const last = parts[parts.length - 1]
      if (
        until !== null &&
        last?.type === 'text' &&
        this.text[before] !== '"' &&
        this.text[before] !== "'" &&
        this.text[before] !== '\\'
      ) {
        const cut = last.text.indexOf(until)
        if (cut >= 0) {
          this.position -= last.text.length - cut
          last.text = last.text.slice(0, cut)
          break
        }
      }
    }
    return parts
  }

  #backquote(parts: Word, quoted: boolean): void {
    let inner = ''
    this.position++
    while (this.peek() !== '`') {
      if (this.atEnd()) this.#fail('EOF in backquote substitution')
      if (this.peek() === '\\' && /[`\\$]/.test(this.peek(1))) this.position++
      inner += this.peek()
      this.position++
    }
    this.position++
    parts.push({ type: 'command', body: this.#nested(`${inner}\n)`, 0).body, quoted })
  }

  #fail(message: string): never {
    throw new ShellSyntaxError(`syntax error: ${message}`)
  }

  /** Text in which only $, ` and \ are special: here-documents, arithmetic. */
  quotedText(): Word {
    const parts: Word = []
    while (!this.atEnd()) {
      if (this.peek() === '"') {
        parts.push({ type: 'text', text: '"', quoted: true })
        this.position++
      } else this.#part(parts, '"')
    }
    return parts
  }
}

function parseQuoted(text: string, nested: Nested): Word {
  return new WordReader(text, nested).quotedText()
}

function parameter(name: string, quoted: boolean): Part {
  return { type: 'parameter', name, operator: '', argument: null, replacement: null, quoted }
}

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** Backslash escapes of printf, echo -e and $'…'. */
export function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|[^])/g, (all, code: string) => {
    if (code.startsWith('x') && code.length > 1) return String.fromCharCode(parseInt(code.slice(1), 16))
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 255)
    return ESCAPES[code] ?? all
  })
}
