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

/**
 * Where the bracket expression that begins at `start` ends; -1 when it does not.
 * @param negations what turns it round: ^ in a regular expression, ! and ^ in a pattern of the shell
 */
export function bracketEnd(text: string, start: number, negations: string): number {
  let at = start + 1
  if (negations.includes(text[at] ?? ' ')) at++
  if (text[at] === ']') at++
  for (; at < text.length; at++) {
    if (text[at] === '[' && text[at + 1] === ':') at = Math.max(at, text.indexOf(':]', at) + 1)
    else if (text[at] === ']') return at
  }
  return -1
}

/** What stands between the brackets, as a class of JavaScript. */
export function bracketClass(inner: string, negations: string): string {
  const negated = inner !== '' && negations.includes(inner[0] as string)
  const body = (negated ? inner.slice(1) : inner).replace(/\[:(\w+):\]|[\\\]^[]/g, (all, name: string | undefined) =>
    name ? (CLASSES[name] ?? '') : `\\${all}`,
  )
  return `[${negated ? '^' : ''}${body}]`
}
