/**
 * The line of a block-style YAML text on which the value at a path stands, from 1: the place to look at for an operator. A path that the
 * text does not hold ends at its nearest parent (a missing key has no line of its own).
 */
export function lineOfPath(text: string, path: readonly PropertyKey[]): number {
  const lines = text.split('\n')
  let at = -1
  for (const segment of path) {
    const found = typeof segment === 'number' ? lineOfItem(lines, at, segment) : lineOfKey(lines, at, String(segment))
    if (found === null) break
    at = found
  }
  return Math.max(at, 0) + 1
}

function lineOfKey(lines: readonly string[], after: number, key: string): number | null {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`(^|[\\s{,-])["']?${escaped}["']?\\s*:`)
  // On the parent's own line too: `- name: a` and `- {name: a}`.
  const start = Math.max(after, 0)
  const depth = after < 0 ? -1 : indent(lines[after])
  for (let index = start; index < lines.length; index++) {
    if (index > start && isOutside(lines[index], depth)) return null
    if (pattern.test(lines[index] ?? '')) return index
  }
  return null
}

function lineOfItem(lines: readonly string[], after: number, item: number): number | null {
  const start = after + 1
  const first = lines.findIndex((line, index) => index >= start && /^\s*- /.test(line))
  if (first < 0) return null
  const depth = indent(lines[first])
  let left = item
  for (let index = first; index < lines.length; index++) {
    const line = lines[index]
    if (isOutside(line, depth - 1)) return null
    if (indent(line) === depth && /^\s*- /.test(line ?? '') && left-- === 0) return index
  }
  return null
}

function isOutside(line: string | undefined, depth: number): boolean {
  return line !== undefined && line.trim() !== '' && !line.trim().startsWith('#') && indent(line) <= depth
}

function indent(line: string | undefined): number {
  return (line ?? '').search(/\S|$/)
}
