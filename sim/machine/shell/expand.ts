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

/** The fields that words become. @param substitute runs a $( … ) */
export function expandWords(shell: Shell, words: Word[], substitute: Substitute): string[] | Promise<string[]> {
  const fields: string[] = []
  for (const [index, word] of words.entries()) {
    const simple = simpleWord(word)
    if (simple === null) return expandRest(shell, words.slice(index), fields, substitute)
    fields.push(simple)
  }
  return fields
}

async function expandRest(shell: Shell, words: Word[], fields: string[], substitute: Substitute): Promise<string[]> {
  for (const word of words) {
    const simple = simpleWord(word)
    if (simple !== null) fields.push(simple)
    else fields.push(...toFields(shell, await pieces(shell, word, substitute)))
  }
  return fields
}

/** A word which means its own text. */
function simpleWord(word: Word): string | null {
  if (word.length !== 1) return null
  const only = word[0] as Part
  if (only.type !== 'text') return null
  return only.quoted || (!hasPattern(only.text) && !only.text.startsWith('~')) ? only.text : null
}

/** One string: no splitting, no patterns (assignments, redirections, case). */
export async function expandText(shell: Shell, word: Word, substitute: Substitute): Promise<string> {
  const simple = simpleWord(word)
  if (simple !== null) return simple
  return (await pieces(shell, word, substitute)).map((piece) => piece.text + (piece.breakAfter ? ' ' : '')).join('')
}

/** A pattern: quoted characters stand for themselves. */
export async function expandPattern(shell: Shell, word: Word, substitute: Substitute): Promise<string> {
  return (await pieces(shell, word, substitute))
    .map((piece) => (piece.quoted ? piece.text.replace(/[*?[\]\\]/g, '\\$&') : piece.text))
    .join('')
}

async function pieces(shell: Shell, word: Word, substitute: Substitute): Promise<Piece[]> {
  const result: Piece[] = []
  for (const [index, part] of word.entries()) {
    if (part.type === 'text')
      result.push({
        text: index === 0 && !part.quoted ? tilde(shell, part.text) : part.text,
        quoted: part.quoted,
        expanded: false,
      })
    else if (part.type === 'command')
      result.push({ text: await substitute(shell, part.body), quoted: part.quoted, expanded: true })
    else if (part.type === 'arithmetic') {
      const text = await expandText(shell, part.expression, substitute)
      result.push({ text: String(evaluate(text, shell.variablesForArithmetic)), quoted: part.quoted, expanded: true })
    } else result.push(...(await parameter(shell, part, substitute)))
  }
  return result
}

function tilde(shell: Shell, text: string): string {
  const match = /^~([^/]*)/.exec(text)
  if (!match) return text
  if (match[1] === '') return (shell.get('HOME') ?? '~') + text.slice(1)
  return match[1] === 'root' ? `/root${text.slice(5)}` : text
}

async function parameter(shell: Shell, part: Part & { type: 'parameter' }, substitute: Substitute): Promise<Piece[]> {
  const { name, operator, quoted } = part
  if ((name === '@' || name === '*') && operator === '') return positional(shell, name, quoted)
  const value = shell.parameter(name)
  const piece = (text: string): Piece[] => [{ text, quoted, expanded: true }]
  const missing = value === undefined || (operator.startsWith(':') && operator.length > 1 && value === '')
  const argument = () => (part.argument ? pieces(shell, part.argument, substitute) : Promise.resolve([]))
  switch (operator.replace(/^:(?=.)/, '')) {
    case 'length':
      return piece(String(name === '@' || name === '*' ? shell.positional.length : (value ?? '').length))
    case '-':
      return missing ? within(await argument(), quoted) : piece(value ?? '')
    case '+':
      return missing ? piece('') : within(await argument(), quoted)
    case '=': {
      if (!missing) return piece(value ?? '')
      const text = (await argument()).map((item) => item.text).join('')
      shell.set(name, text)
      return piece(text)
    }
    case '?': {
      if (!missing) return piece(value ?? '')
      const text = (await argument()).map((item) => item.text).join('')
      throw new ShellError(`${name}: ${text || 'parameter not set'}`)
    }
    case '#':
    case '##':
    case '%':
    case '%%':
      return piece(
        trim(unset(shell, name, value), await expandPattern(shell, part.argument ?? [], substitute), operator),
      )
    case '/':
    case '//': {
      const pattern = patternSource(await expandPattern(shell, part.argument ?? [], substitute))
      const replacement = await expandText(shell, part.replacement ?? [], substitute)
      if (pattern === '') return piece(value ?? '')
      return piece((value ?? '').replace(new RegExp(pattern, operator === '//' ? 'gs' : 's'), () => replacement))
    }
    case ':': {
      const numberOf = async (word: Word) =>
        Number(evaluate(await expandText(shell, word, substitute), shell.variablesForArithmetic))
      const text = value ?? ''
      let from = await numberOf(part.argument ?? [])
      if (from < 0) from = Math.max(0, text.length + from)
      if (!part.replacement) return piece(text.slice(from))
      const length = await numberOf(part.replacement)
      return piece(length < 0 ? text.slice(from, length) : text.slice(from, from + length))
    }
    default:
      return piece(unset(shell, name, value))
  }
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
