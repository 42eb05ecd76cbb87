import type { Process } from '../kernel/process.ts'
import { unescape } from '../shell/wordReader.ts'
import { MachineError } from '../machine.ts'
import { find } from '../fs/files.ts'
import { UsageError, eachInput, lines, options, pieces } from './applet.ts'
import type { Applet, Options } from './applet.ts'
import { startCommand } from './basic.ts'
import { posixExpression } from './regularExpression.ts'

const wc: Applet = async (process, argv) => {
  const given = options(argv, 'lwcmL')
  const all = !['l', 'w', 'c', 'm', 'L'].some((letter) => given.has(letter))
  const totals = { l: 0, w: 0, c: 0 }
  const single =
    !all && ['l', 'w', 'c', 'm', 'L'].filter((letter) => given.has(letter)).length === 1 && given.rest.length === 0
  const row = (counts: typeof totals, name: string) => {
    const shown = (['l', 'w', 'c'] as const)
      .filter((letter) => all || given.has(letter) || (letter === 'c' && given.has('m')))
      .map((letter) => counts[letter])
    return single || (shown.length === 1 && given.rest.length <= 1)
      ? `${shown.join(' ')}${name}\n`
      : `${shown.map((value) => String(value).padStart(9)).join(' ')}${name}\n`
  }
  const status = await eachInput(process, 'wc', given.rest, async (file, path) => {
    const counts = { l: 0, w: 0, c: 0 }
    let inWord = false
    for await (const chunk of pieces(process, file)) {
      counts.c += chunk.length
      if (!all && !given.has('l') && !given.has('w')) continue
      for (const byte of chunk) {
        if (byte === 10) counts.l++
        const space = byte === 32 || (byte >= 9 && byte <= 13)
        if (!space && !inWord) counts.w++
        inWord = !space
      }
    }
    totals.l += counts.l
    totals.w += counts.w
    totals.c += counts.c
    await process.out(row(counts, given.rest.length > 0 ? ` ${path}` : ''))
  })
  if (given.rest.length > 1) await process.out(row(totals, ' total'))
  return status
}

const grep: Applet = async (process, argv) => {
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

const sort: Applet = async (process, argv) => {
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

const uniq: Applet = async (process, argv) => {
  const given = options(argv, 'cduif:s:w:')
  let previous: string | null = null
  let count = 0
  const flush = async () => {
    if (previous === null || (given.has('d') && count < 2) || (given.has('u') && count > 1)) return
    await process.out(given.has('c') ? `${String(count).padStart(7)} ${previous}\n` : `${previous}\n`)
  }
  const status = await eachInput(process, 'uniq', given.rest.slice(0, 1), async (file) => {
    for await (const line of lines(process, file)) {
      const same =
        previous !== null && (given.has('i') ? line.toLowerCase() === previous.toLowerCase() : line === previous)
      if (same) count++
      else {
        await flush()
        previous = line
        count = 1
      }
    }
  })
  await flush()
  return status
}

const cut: Applet = async (process, argv) => {
  const given = options(argv, 'b:c:d:f:sn')
  const list = given.get('f') ?? given.get('c') ?? given.get('b')
  if (list === undefined) throw new UsageError('expected a list of bytes, characters, or fields')
  const ranges = list.split(',').map((part) => {
    const [from = '', to] = part.split('-')
    return [Number(from || 1), to === undefined ? Number(from) : to === '' ? Infinity : Number(to)] as const
  })
  const wanted = (index: number) => ranges.some(([from, to]) => index >= from && index <= to)
  const delimiter = given.get('d') ?? '\t'
  return eachInput(process, 'cut', given.rest, async (file) => {
    let text = ''
    for await (const line of lines(process, file)) {
      if (!given.has('f')) text += `${[...line].filter((_, index) => wanted(index + 1)).join('')}\n`
      else if (!line.includes(delimiter)) text += given.has('s') ? '' : `${line}\n`
      else
        text += `${line
          .split(delimiter)
          .filter((_, index) => wanted(index + 1))
          .join(delimiter)}\n`
    }
    await process.out(text)
  })
}

const tr: Applet = async (process, argv) => {
  const given = options(argv, '+cCds')
  const [first = '', second] = given.rest
  let from = trSet(first)
  if (given.has('c') || given.has('C')) {
    const members = new Set(from)
    from = Array.from({ length: 256 }, (_, code) => code).filter((code) => !members.has(code))
  }
  const to = second === undefined ? [] : trSet(second)
  const remove = given.has('d')
  const table = new Int16Array(256).map((_, code) => code)
  const member = new Uint8Array(256)
  for (const [index, code] of from.entries()) {
    member[code] = 1
    if (!remove && to.length > 0) table[code] = to[Math.min(index, to.length - 1)] as number
  }
  const squeezed = new Uint8Array(256)
  if (given.has('s')) for (const code of to.length > 0 ? to : from) squeezed[code] = 1
  let last = -1
  return eachInput(process, 'tr', [], async (file) => {
    for await (const chunk of pieces(process, file)) {
      const made = Buffer.allocUnsafe(chunk.length)
      let size = 0
      for (const byte of chunk) {
        if (remove && member[byte]) continue
        const code = table[byte] as number
        if (squeezed[code] && code === last) continue
        last = code
        made[size++] = code
      }
      const wrote = process.write(1, made.subarray(0, size))
      if (wrote) await wrote
    }
  })
}

function trSet(text: string): number[] {
  const classes: Record<string, [number, number][]> = {
    lower: [[97, 122]],
    upper: [[65, 90]],
    digit: [[48, 57]],
    alpha: [
      [65, 90],
      [97, 122],
    ],
    alnum: [
      [48, 57],
      [65, 90],
      [97, 122],
    ],
    space: [
      [9, 13],
      [32, 32],
    ],
    blank: [
      [9, 9],
      [32, 32],
    ],
    punct: [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
    cntrl: [
      [0, 31],
      [127, 127],
    ],
    print: [[32, 126]],
    xdigit: [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  }
  const codes: number[] = []
  const range = (from: number, to: number) => {
    for (let code = from; code <= to; code++) codes.push(code)
  }
  const plain = Buffer.from(unescape(text.replace(/\\\\/g, '\\x5c')), 'utf8').toString('latin1')
  for (let at = 0; at < plain.length; at++) {
    const named = /^\[:(\w+):\]/.exec(plain.slice(at))
    if (named) {
      for (const [from, to] of classes[named[1] as string] ?? []) range(from, to)
      at += named[0].length - 1
    } else if (plain[at + 1] === '-' && at + 2 < plain.length) {
      range(plain.charCodeAt(at), plain.charCodeAt(at + 2))
      at += 2
    } else codes.push(plain.charCodeAt(at))
  }
  return codes
}

const seq: Applet = async (process, argv) => {
  const given = options(
    argv.map((word, index) => (index > 0 && /^-\d/.test(word) ? ` ${word}` : word)),
    'ws:f:',
  )
  const numbers = given.rest.map((word) => Number(word.trim()))
  const [from, step, to] =
    numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers
  if (from === undefined || step === undefined || to === undefined || numbers.some(Number.isNaN))
    throw new UsageError('invalid number')
  const decimals = Math.max(...given.rest.map((word) => (word.split('.')[1] ?? '').trim().length))
  const separator = unescape(given.get('s') ?? '\n')
  const width = given.has('w') ? Math.max(from.toFixed(decimals).length, to.toFixed(decimals).length) : 0
  let batch: string[] = []
  let printed = false
  for (let index = 0; ; index++) {
    const value = from + index * step
    if (step > 0 ? value > to + 1e-9 : value < to - 1e-9) break
    batch.push(value.toFixed(decimals).padStart(width, '0'))
    if (batch.length < 4096) continue
    await process.spend(batch.length / 5)
    await process.out((printed ? separator : '') + batch.join(separator))
    printed = true
    batch = []
  }
  if (batch.length > 0) await process.out((printed ? separator : '') + batch.join(separator))
  if (printed || batch.length > 0) await process.out('\n')
  return 0
}

const xargs: Applet = async (process, argv) => {
  const given = options(argv, '+0n:I:rtP:L:s:d:')
  const separator = given.has('0') ? '\0' : given.get('d')
  const text = (await process.readAll()).toString()
  const replace = given.get('I')
  const items =
    separator !== undefined
      ? text.split(separator).filter((item) => item !== '')
      : replace !== undefined
        ? text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => line.trimStart())
        : (text.match(/"[^"]*"|'[^']*'|(?:\\.|[^\s\\])+/g) ?? []).map((item) =>
            item.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1'),
          )
  const command = given.rest.length > 0 ? given.rest : ['echo']
  const size = Number(given.get('n') ?? given.get('L') ?? Infinity)
  const calls: string[][] = []
  if (replace !== undefined) for (const item of items) calls.push(command.map((word) => word.replaceAll(replace, item)))
  else
    for (let at = 0; at < Math.max(1, items.length); at += Math.min(size, 10_000))
      calls.push([...command, ...items.slice(at, at + Math.min(size, 10_000))])
  if (items.length === 0 && (given.has('r') || replace !== undefined)) return 0
  let status = 0
  for (const call of calls) {
    if (given.has('t')) await process.err(`${call.join(' ')}\n`)
    const child = startCommand(process, call)
    if (typeof child === 'number') {
      await process.err(`xargs: ${call[0]}: No such file or directory\n`)
      return child
    }
    await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
    if (child.status === 255) return 124
    if (child.status !== 0) status = 123
  }
  return status
}

const whole =
  (name: string, make: (all: string[], given: Options) => string[]): Applet =>
  async (process, argv) => {
    const given = options(argv, 'b:n:s:d:w:i:v:l:')
    const all: string[] = []
    const status = await eachInput(process, name, given.rest, async (file) => {
      for await (const line of lines(process, file)) all.push(line)
    })
    await process.out(
      make(all, given)
        .map((line) => `${line}\n`)
        .join(''),
    )
    return status
  }

const expr: Applet = async (process, argv) => {
  const { evaluateExpr } = await import('./expr.ts')
  const { value, complaint } = evaluateExpr(argv.slice(1))
  if (complaint !== undefined) {
    await process.err(`expr: ${complaint}\n`)
    return 2
  }
  await process.out(`${value}\n`)
  return value === '' || value === '0' ? 1 : 0
}

export const TEXT: Record<string, Applet> = {
  wc,
  grep,
  egrep: grep,
  fgrep: grep,
  sort,
  uniq,
  cut,
  tr,
  seq,
  xargs,
  expr,
  tac: whole('tac', (all) => all.reverse()),
  rev: whole('rev', (all) => all.map((line) => [...line].reverse().join(''))),
  nl: whole('nl', (all) => {
    let number = 0
    return all.map((line) => (line === '' ? '' : `${String(++number).padStart(6)}\t${line}`))
  }),
  fold: whole('fold', (all, given) =>
    all.flatMap((line) => line.match(new RegExp(`.{1,${given.get('w') ?? 80}}`, 'g')) ?? ['']),
  ),
  strings: whole('strings', (all) => all.flatMap((line) => line.match(/[\x20-\x7e\t]{4,}/g) ?? [])),
  basename: async (process, argv) => {
    const [path = '', suffix = ''] = argv.slice(1)
    const name =
      path
        .replace(/(.)\/+$/, '$1')
        .split('/')
        .pop() || '/'
    await process.out(
      `${suffix !== '' && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`,
    )
    return 0
  },
  dirname: async (process, argv) => {
    const path = (argv[1] ?? '').replace(/(.)\/+$/, '$1')
    const slash = path.lastIndexOf('/')
    await process.out(`${slash < 0 ? '.' : path.slice(0, slash) || '/'}\n`)
    return 0
  },
}
