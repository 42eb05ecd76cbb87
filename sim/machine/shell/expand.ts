import type { List, Part, Word } from './ast.ts'
import { evaluate } from './arithmetic.ts'
import { glob, hasPattern, patternRegExp, patternSource } from './pattern.ts'
import { ShellError } from './shellError.ts'
import type { Shell } from './shell.ts'

/** A piece of a word on its way to fields. */
interface Piece {
  text: string
  /** Neither split nor a pattern. */
  quoted: boolean
  /** Result of an expansion: split at IFS when not quoted. */
  expanded: boolean
  /** A field ends here, whatever follows ("$@"). */
  breakAfter?: boolean
}

type Substitute = (shell: Shell, body: List) => Promise<string>

/** A promise only where a $( … ) has to be waited for. */
type Soon<T> = T | Promise<T>

const then = <T, U>(value: Soon<T>, use: (value: T) => Soon<U>): Soon<U> =>
  value instanceof Promise ? value.then(use) : use(value)

/** Puts what each one becomes into the list, one after the other. */
function each<T, U>(of: readonly T[], into: U[], make: (one: T, index: number) => Soon<U | U[]>, from = 0): Soon<U[]> {
  for (let index = from; index < of.length; index++) {
    const made = make(of[index] as T, index)
    if (made instanceof Promise)
      return made.then((late) => {
        add(into, late)
        return each(of, into, make, index + 1)
      })
    add(into, made)
  }
  return into
}

function add<U>(into: U[], made: U | U[]): void {
  if (!Array.isArray(made)) into.push(made)
  else for (const one of made) into.push(one)
}

/** The fields that words become. @param substitute runs a $( … ) */
export function expandWords(shell: Shell, words: Word[], substitute: Substitute): Soon<string[]> {
  return each<Word, string>(
    words,
    [],
    (word) => simpleWord(word) ?? then(pieces(shell, word, substitute), (list) => toFields(shell, list)),
  )
}

/** A word which means its own text. */
function simpleWord(word: Word): string | null {
  if (word.length !== 1) return null
  const only = word[0] as Part
  if (only.type !== 'text') return null
  return only.quoted || (!hasPattern(only.text) && !only.text.startsWith('~')) ? only.text : null
}

/** One string: no splitting, no patterns (assignments, redirections, case). */
export function expandText(shell: Shell, word: Word, substitute: Substitute): Soon<string> {
  const simple = simpleWord(word)
  if (simple !== null) return simple
  return then(pieces(shell, word, substitute), (list) =>
    list.map((piece) => piece.text + (piece.breakAfter ? ' ' : '')).join(''),
  )
}

/** A pattern: quoted characters stand for themselves. */
export function expandPattern(shell: Shell, word: Word, substitute: Substitute): Soon<string> {
  return then(pieces(shell, word, substitute), (list) =>
    list.map((piece) => (piece.quoted ? piece.text.replace(/[*?[\]\\]/g, '\\$&') : piece.text)).join(''),
  )
}

function pieces(shell: Shell, word: Word, substitute: Substitute): Soon<Piece[]> {
  return each<Part, Piece>(word, [], (part, index) => {
    const { quoted } = part
    const expanded = (text: string): Piece => ({ text, quoted, expanded: true })
    switch (part.type) {
      case 'text':
        return { text: index === 0 && !quoted ? tilde(shell, part.text) : part.text, quoted, expanded: false }
      case 'command':
        return substitute(shell, part.body).then(expanded)
      case 'arithmetic':
        return then(expandText(shell, part.expression, substitute), (text) =>
          expanded(String(evaluate(text, shell.variablesForArithmetic))),
        )
      default:
        return parameter(shell, part, substitute)
    }
  })
}

function tilde(shell: Shell, text: string): string {
  const match = /^~([^/]*)/.exec(text)
  if (!match) return text
  if (match[1] === '') return (shell.get('HOME') ?? '~') + text.slice(1)
  return match[1] === 'root' ? `/root${text.slice(5)}` : text
}

function parameter(shell: Shell, part: Part & { type: 'parameter' }, substitute: Substitute): Soon<Piece[]> {
  const { name, operator, quoted } = part
  if ((name === '@' || name === '*') && operator === '') return positional(shell, name, quoted)
  const value = shell.parameter(name)
  const piece = (text: string): Piece[] => [{ text, quoted, expanded: true }]
  if (operator === '') return piece(unset(shell, name, value))
  const missing = value === undefined || (operator.startsWith(':') && operator.length > 1 && value === '')
  const argument = () => (part.argument ? pieces(shell, part.argument, substitute) : [])
  const argumentText = () => then(argument(), (list) => list.map((item) => item.text).join(''))
  switch (operator.replace(/^:(?=.)/, '')) {
    case 'length':
      return piece(String(name === '@' || name === '*' ? shell.positional.length : (value ?? '').length))
    case '-':
      return missing ? then(argument(), (list) => within(list, quoted)) : piece(value ?? '')
    case '+':
      return missing ? piece('') : then(argument(), (list) => within(list, quoted))
    case '=':
      if (!missing) return piece(value ?? '')
      return then(argumentText(), (text) => {
        shell.set(name, text)
        return piece(text)
      })
    case '?':
      if (!missing) return piece(value ?? '')
      return then(argumentText(), (text) => {
        throw new ShellError(`${name}: ${text || 'parameter not set'}`)
      })
    case '#':
    case '##':
    case '%':
    case '%%': {
      const text = unset(shell, name, value)
      return then(expandPattern(shell, part.argument ?? [], substitute), (pattern) =>
        piece(trim(text, pattern, operator)),
      )
    }
    case '/':
    case '//':
      return then(expandPattern(shell, part.argument ?? [], substitute), (pattern) =>
        then(expandText(shell, part.replacement ?? [], substitute), (replacement) =>
          piece(replaced(value ?? '', patternSource(pattern), replacement, operator === '//')),
        ),
      )
    case ':': {
      const numberOf = (word: Word) =>
        then(expandText(shell, word, substitute), (text) => Number(evaluate(text, shell.variablesForArithmetic)))
      const { replacement } = part
      return then(numberOf(part.argument ?? []), (from) =>
        replacement
          ? then(numberOf(replacement), (length) => piece(substring(value ?? '', from, length)))
          : piece(substring(value ?? '', from)),
      )
    }
    default:
      return piece(unset(shell, name, value))
  }
}

function replaced(text: string, pattern: string, replacement: string, all: boolean): string {
  return pattern === '' ? text : text.replace(new RegExp(pattern, all ? 'gs' : 's'), () => replacement)
}

function substring(text: string, from: number, length?: number): string {
  const start = from < 0 ? Math.max(0, text.length + from) : from
  if (length === undefined) return text.slice(start)
  return length < 0 ? text.slice(start, length) : text.slice(start, start + length)
}

function within(list: Piece[], quoted: boolean): Piece[] {
  return quoted
    ? list.map((piece) => ({ ...piece, quoted: true }))
    : list.map((piece) => ({ ...piece, expanded: piece.expanded || !piece.quoted }))
}

function unset(shell: Shell, name: string, value: string | undefined): string {
  if (value === undefined && shell.options.has('u') && !'@*'.includes(name))
    throw new ShellError(`${name}: parameter not set`)
  return value ?? ''
}

function positional(shell: Shell, name: string, quoted: boolean): Piece[] {
  const list = shell.positional
  if (quoted && name === '*') {
    const ifs = shell.get('IFS')
    return [{ text: list.join(ifs === undefined ? ' ' : ifs.slice(0, 1)), quoted: true, expanded: true }]
  }
  if (list.length === 0) return [{ text: '', quoted: false, expanded: true }]
  return list.map((text, index) => ({ text, quoted, expanded: true, breakAfter: index < list.length - 1 }))
}

function trim(text: string, pattern: string, operator: string): string {
  const longest = operator.length === 2
  const expression = patternRegExp(pattern)
  const lengths = Array.from({ length: text.length + 1 }, (_, index) => (longest ? text.length - index : index))
  for (const length of lengths) {
    if (operator.startsWith('#') && expression.test(text.slice(0, length))) return text.slice(length)
    if (operator.startsWith('%') && expression.test(text.slice(text.length - length)))
      return text.slice(0, text.length - length)
  }
  return text
}

/** Field splitting (POSIX 2.6.5) and then path names. */
function toFields(shell: Shell, list: Piece[]): string[] {
  const ifs = shell.get('IFS') ?? ' \t\n'
  const fields: { text: string; pattern: string; magic: boolean }[] = []
  let open: (typeof fields)[number] | null = null
  const add = (text: string, quoted: boolean) => {
    open ??= { text: '', pattern: '', magic: false }
    open.text += text
    open.pattern += quoted ? text.replace(/[*?[\]\\]/g, '\\$&') : text
    if (!quoted && hasPattern(text)) open.magic = true
  }
  const close = () => {
    if (open) fields.push(open)
    open = null
  }
  for (const piece of list) {
    if (piece.quoted || !piece.expanded || ifs === '') {
      if (piece.text !== '' || piece.quoted) add(piece.text, piece.quoted)
    } else splitInto(piece.text, ifs, add, close)
    if (piece.breakAfter) close()
  }
  close()
  return fields.flatMap((field) => {
    if (!field.magic || shell.options.has('f')) return [field.text]
    const found = glob(shell.process, field.pattern)
    return found.length > 0 ? found : [field.text]
  })
}

function splitInto(text: string, ifs: string, add: (text: string, quoted: boolean) => void, close: () => void): void {
  let run = ''
  let afterSeparator = false
  for (const character of text) {
    if (!ifs.includes(character)) {
      run += character
      afterSeparator = false
      continue
    }
    if (run !== '') add(run, false)
    else if (!/[ \t\n]/.test(character) && afterSeparator) add('', false)
    run = ''
    close()
    afterSeparator = !/[ \t\n]/.test(character)
  }
  if (run !== '') add(run, false)
}
