import { UsageError, eachInput, lines, options } from './applet.ts'
import type { Applet, Options } from './applet.ts'

export const sort: Applet = async (process, argv) => {
  const given = options(argv, 'nrufbghMcszt:k:o:V')
  const all: string[] = []
  const status = await eachInput(process, 'sort', given.rest, async (file) => {
    for await (const line of lines(process, file)) all.push(line)
  })
  const keys = given.all('k').map((spec) => sortKey(spec, given))
  const compare = (a: string, b: string) => {
    for (const key of keys) {
      const order = key(a, b)
      if (order !== 0) return order
    }
    if (keys.length > 0 && given.has('s')) return 0
    const order =
      keys.length > 0
        ? plainOrder(a, b)
        : ordered(a, b, given.has('n') ? 'n' : given.has('h') ? 'h' : given.has('V') ? 'V' : '', given.has('f'))
    return given.has('r') ? -order : order
  }
  all.sort(compare)
  const unique = given.has('u')
    ? all.filter(
        (line, index) =>
          index === 0 ||
          (keys.length > 0 || given.has('n') ? compare(all[index - 1] as string, line) !== 0 : all[index - 1] !== line),
      )
    : all
  const text = unique.map((line) => `${line}\n`).join('')
  const target = given.get('o')
  if (target === undefined) await process.out(text)
  else {
    const { openFile } = await import('../fs/files.ts')
    await openFile(process, target, { write: true, create: true, truncate: true }).write(Buffer.from(text))
  }
  return status
}

function sortKey(spec: string, given: Options): (a: string, b: string) => number {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(spec)
  if (!match) throw new UsageError(`bad field specification '${spec}'`)
  const flags = `${match[3] ?? ''}${match[6] ?? ''}`
  const separator = given.get('t')
  const pick = (line: string) => {
    const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator)
    const chosen = fields
      .slice(Number(match[1]) - 1, match[4] === undefined ? undefined : Number(match[4]))
      .join(separator ?? '')
    return separator === undefined ? chosen.trimStart() : chosen
  }
  const kind =
    flags.includes('n') || (flags === '' && given.has('n'))
      ? 'n'
      : flags.includes('h') || (flags === '' && given.has('h'))
        ? 'h'
        : flags.includes('V')
          ? 'V'
          : ''
  const reverse = flags.includes('r') || (flags === '' && given.has('r'))
  return (a, b) => (reverse ? -1 : 1) * ordered(pick(a), pick(b), kind, given.has('f') || flags.includes('f'))
}

function ordered(a: string, b: string, kind: string, fold: boolean): number {
  if (kind === 'n') return (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0) || 0
  if (kind === 'h') return scaled(a) - scaled(b)
  if (kind === 'V') return a.localeCompare(b, 'en', { numeric: true })
  return fold ? plainOrder(a.toUpperCase(), b.toUpperCase()) : plainOrder(a, b)
}

function plainOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function scaled(text: string): number {
  const match = /^\s*([\d.]+)([KMGT]?)/i.exec(text)
  return match ? Number(match[1]) * 1024 ** 'KMGT'.indexOf((match[2] ?? '').toUpperCase() || ' ') * 1024 : 0
}
