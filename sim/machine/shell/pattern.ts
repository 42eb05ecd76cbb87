import type { Process } from '../kernel/process.ts'
import { place } from '../fs/files.ts'
import { bracketClass, bracketEnd } from './brackets.ts'

const cache = new Map<string, RegExp>()
const NEGATIONS = '!^'

/** A shell pattern as a regular expression for the whole text. A backslash quotes the next character. */
export function patternRegExp(pattern: string, flags = 's'): RegExp {
  const key = `${flags}/${pattern}`
  let made = cache.get(key)
  if (!made) {
    made = new RegExp(`^${patternSource(pattern)}$`, flags)
    if (cache.size > 1000) cache.clear()
    cache.set(key, made)
  }
  return made
}

export function patternSource(pattern: string, lazy = false): string {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string
    if (character === '\\' && at + 1 < pattern.length) source += escapeRegExp(pattern[++at] as string)
    else if (character === '*') source += lazy ? '.*?' : '.*'
    else if (character === '?') source += '.'
    else if (character === '[') {
      const end = bracketEnd(pattern, at, NEGATIONS)
      if (end < 0) source += '\\['
      else {
        source += bracketClass(pattern.slice(at + 1, end), NEGATIONS)
        at = end
      }
    } else source += escapeRegExp(character)
  }
  return source
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

export function hasPattern(text: string): boolean {
  return /[*?[]/.test(text)
}

/** Paths that match, sorted; none: the pattern itself with its quoting removed is the caller's business. */
export function glob(process: Process, pattern: string): string[] {
  const absolute = pattern.startsWith('/')
  let found = [absolute ? '/' : '']
  const parts = pattern.split('/').filter((part) => part !== '')
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1
    const next: string[] = []
    for (const base of found) {
      if (!hasPattern(part)) {
        const path = base + part.replace(/\\(.)/g, '$1')
        if (exists(process, path)) next.push(last ? path : `${path}/`)
        continue
      }
      const expression = patternRegExp(part)
      for (const name of namesIn(process, base === '' ? '.' : base)) {
        if (name.startsWith('.') && !part.startsWith('.')) continue
        if (!expression.test(name)) continue
        if (last) next.push(base + name)
        else if (isDirectory(process, base + name)) next.push(`${base}${name}/`)
      }
    }
    found = next
  }
  const slash = pattern.endsWith('/') ? '/' : ''
  return found
    .filter((path) => path !== '')
    .map((path) => path + slash)
    .sort()
}

function namesIn(process: Process, path: string): string[] {
  try {
    const { inode } = place(process, path)
    return inode?.kind === 'directory' ? inode.names(process) : []
  } catch {
    return []
  }
}

function isDirectory(process: Process, path: string): boolean {
  try {
    return place(process, path).inode?.kind === 'directory'
  } catch {
    return false
  }
}

function exists(process: Process, path: string): boolean {
  try {
    return place(process, path, false).inode !== null
  } catch {
    return false
  }
}
