import type { Process } from '../kernel/process.ts'
import { MachineError } from '../machineError.ts'
import { find } from '../fs/files.ts'
import { UsageError, eachInput, lines, options } from './applet.ts'
import type { Applet, Options } from './applet.ts'
import { posixExpression } from './regularExpression.ts'

export const grep: Applet = async (process, argv) => {
  const name = argv[0] as string
  const given = options(argv, 'ivclLnqsowxhHrRFEe:f:m:A:B:C:az', { color: 's', include: 's' })
  const rest = given.rest.slice()
  const patterns = given.has('e') ? given.all('e') : [rest.shift() ?? '']
  if (patterns.length === 0) throw new UsageError('')
  const expression = grepExpression(
    patterns.flatMap((text) => text.split('\n')),
    given,
    name,
  )
  const recursive = given.has('r') || given.has('R')
  const paths = recursive ? filesBelow(process, rest.length > 0 ? rest : ['.']) : rest
  const titled = (paths.length > 1 || recursive || given.has('H')) && !given.has('h')
  const most = given.has('m') ? Number(given.get('m')) : Infinity
  const around = Number(given.get('C') ?? 0)
  const after = Number(given.get('A') ?? around)
  const before = Number(given.get('B') ?? around)
  let found = false
  const status = await eachInput(process, name, paths, async (file, path) => {
    let count = 0
    let number = 0
    let trailing = 0
    const held: string[] = []
    const title = titled ? `${path === '-' ? '(standard input)' : path}` : ''
    const show = (text: string, separator: string) =>
      process.out(
        `${title === '' ? '' : `${title}${separator}`}${given.has('n') ? `${number}${separator}` : ''}${text}\n`,
      )
    for await (const line of lines(process, file)) {
      number++
      expression.lastIndex = 0
      if (expression.test(line) === given.has('v')) {
        if (trailing-- > 0) await show(line, '-')
        else if (before > 0) held.splice(0, Math.max(0, held.push(line) - before))
        continue
      }
      found = true
      count++
      if (given.has('q')) return
      if (given.has('l') || given.has('L')) break
      if (!given.has('c')) {
        for (const earlier of held.splice(0)) await process.out(`${title === '' ? '' : `${title}-`}${earlier}\n`)
        if (given.has('o') && !given.has('v'))
          for (const match of line.match(expression) ?? []) await (match === '' ? undefined : show(match, ':'))
        else await show(line, ':')
        trailing = after
      }
      if (count >= most) break
    }
    if (given.has('c')) await process.out(`${title === '' ? '' : `${title}:`}${count}\n`)
    if (given.has('l') ? count > 0 : given.has('L') && count === 0) await process.out(`${path}\n`)
  }).catch((error: unknown) => {
    if (error instanceof MachineError && given.has('s')) return 2
    throw error
  })
  return found ? 0 : status !== 0 ? 2 : 1
}

function grepExpression(patterns: string[], given: Options, name: string): RegExp {
  const fixed = given.has('F') || name === 'fgrep'
  const extended = given.has('E') || name === 'egrep'
  const sources = patterns.map((text) =>
    fixed ? text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') : posixExpression(text, extended),
  )
  let source = sources.map((text) => (sources.length > 1 ? `(?:${text})` : text)).join('|')
  if (given.has('w')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`
  if (given.has('x')) source = `^(?:${source})$`
  try {
    return new RegExp(source, `g${given.has('i') ? 'i' : ''}`)
  } catch {
    throw new UsageError(`bad regex '${patterns.join('\n')}'`)
  }
}

/** Regular files below directories, for recursion. */
export function filesBelow(process: Process, paths: string[]): string[] {
  return paths.flatMap((path) => {
    try {
      const { inode } = find(process, path, false)
      if (inode.kind === 'directory')
        return filesBelow(
          process,
          inode
            .names(process)
            .sort()
            .map((name) => `${path.replace(/\/$/, '')}/${name}`),
        )
      return inode.kind === 'file' || inode.kind === 'virtual' ? [path] : []
    } catch {
      return []
    }
  })
}
