import { bracketClass, bracketEnd } from '../shell/brackets.ts'
import { escapeRegExp } from '../shell/pattern.ts'

/** A POSIX regular expression, basic or extended, in JavaScript's notation. */
export function posixExpression(pattern: string, extended: boolean): string {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string
    if (character === '[') {
      const end = bracketEnd(pattern, at, '^')
      source += end < 0 ? '\\[' : bracketClass(pattern.slice(at + 1, end), '^')
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
