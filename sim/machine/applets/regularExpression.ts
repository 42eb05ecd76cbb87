import { escapeRegExp } from '../shell/pattern.ts'

const CLASSES: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\x00-\\x1f',
  print: ' -~',
  graph: '!-~',
}

/** A POSIX regular expression, basic or extended, in JavaScript's notation. */
export function posixExpression(pattern: string, extended: boolean): string {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string
    if (character === '[') {
      const end = bracketEnd(pattern, at)
      source += end < 0 ? '\\[' : bracket(pattern.slice(at + 1, end))
      if (end >= 0) at = end
    } else if (character === '\\') {
      const next = pattern[++at] ?? '\\'
      if (!extended && '(){}+?|'.includes(next)) source += next
      else if (/[1-9wWsSbB]/.test(next)) source += `\\${next}`
      else if (next === '<' || next === '>') source += '\\b'
      else if (next === 'n' || next === 't') source += `\\${next}`
      else source += escapeRegExp(next)
    } else if (!extended && '(){}+?|'.includes(character)) source += `\\${character}`
    else if (!extended && character === '*' && (source === '' || source.endsWith('(') || source === '^'))
      source += '\\*'
    else if (!extended && character === '^' && source !== '' && !source.endsWith('(') && !source.endsWith('|'))
      source += '\\^'
    else if (!extended && character === '$' && at < pattern.length - 1 && pattern[at + 1] !== '\\') source += '\\$'
    else if (extended && character === '{' && !/^\{\d*,?\d*\}/.test(pattern.slice(at))) source += '\\{'
    else source += character === '/' ? '\\/' : character
  }
  return source
}

function bracketEnd(pattern: string, start: number): number {
  let at = start + 1
  if (pattern[at] === '^') at++
  if (pattern[at] === ']') at++
  for (; at < pattern.length; at++) {
    if (pattern[at] === '[' && pattern[at + 1] === ':') at = Math.max(at, pattern.indexOf(':]', at) + 1)
    else if (pattern[at] === ']') return at
  }
  return -1
}

function bracket(inner: string): string {
  const negated = inner.startsWith('^')
  const body = (negated ? inner.slice(1) : inner).replace(/\[:(\w+):\]|[\\\][]/g, (all, name: string | undefined) =>
    name ? (CLASSES[name] ?? '') : `\\${all}`,
  )
  return `[${negated ? '^' : ''}${body}]`
}
