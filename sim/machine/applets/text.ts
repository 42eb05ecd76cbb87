import { unescape } from '../shell/wordReader.ts'
import { UsageError, eachInput, lines, options, pieces } from './applet.ts'
import type { Applet, Options } from './applet.ts'
import { grep } from './grep.ts'
import { sort } from './sort.ts'
import { xargs } from './xargs.ts'

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
