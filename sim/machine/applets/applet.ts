import { MachineError } from '../machineError.ts'
import { openFile } from '../fs/files.ts'
import type { OpenFile } from '../fs/openFile.ts'
import type { Process } from '../kernel/process.ts'

/** A command of busybox: argv[0] is its name, the answer its exit code. */
export type Applet = (process: Process, argv: string[]) => number | Promise<number>

export class UsageError extends Error {}

export interface Options {
  /** Letters given; with a value where the specification asks for one. The last one counts. */
  has(letter: string): boolean
  get(letter: string): string | undefined
  all(letter: string): string[]
  rest: string[]
}

/**
 * getopt(3) with permutation as busybox uses it.
 * @param spec letters; ":" after one that takes a value; "+" first: stop at the first operand
 * @throws UsageError invalid option -- 'x'
 */
export function options(argv: string[], spec: string, long: Record<string, string> = {}): Options {
  const stop = spec.startsWith('+')
  const values = new Map<string, string[]>()
  const rest: string[] = []
  const add = (letter: string, value: string) => values.set(letter, [...(values.get(letter) ?? []), value])
  for (let index = 1; index < argv.length; index++) {
    const word = argv[index] as string
    if (word === '--') {
      rest.push(...argv.slice(index + 1))
      break
    }
    if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s)
      const letter = long[name]
      if (letter === undefined) throw new UsageError(`unrecognized option '${word}'`)
      add(letter, value ?? (spec.includes(`${letter}:`) ? (argv[++index] ?? '') : ''))
      continue
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word)
      if (!stop) continue
      rest.push(...argv.slice(index + 1))
      break
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string
      const found = spec.indexOf(letter)
      if (found < 0 || letter === ':') throw new UsageError(`invalid option -- '${letter}'`)
      if (spec[found + 1] !== ':') {
        add(letter, '')
        continue
      }
      const value = word.slice(at + 1) || argv[++index]
      if (value === undefined) throw new UsageError(`option requires an argument -- '${letter}'`)
      add(letter, value)
      break
    }
  }
  return {
    has: (letter) => values.has(letter),
    get: (letter) => values.get(letter)?.at(-1),
    all: (letter) => values.get(letter) ?? [],
    rest,
  }
}

/** Opens each named file in turn, "-" or none for standard input; tells what cannot be opened. @returns 0, or 1 when one failed */
export async function eachInput(
  process: Process,
  name: string,
  paths: string[],
  use: (file: OpenFile, path: string) => unknown,
): Promise<number> {
  let status = 0
  for (const path of paths.length > 0 ? paths : ['-']) {
    const stdin = process.fds.get(0)
    let file: OpenFile | undefined
    try {
      file = path === '-' ? stdin : openFile(process, path)
      if (!file) continue
      if (path !== '-') file.references++
      const used = use(file, path)
      if (used instanceof Promise) await used
    } catch (error) {
      if (!(error instanceof MachineError) || process.dead) throw error
      await process.err(
        file
          ? `${name}: ${FOPEN.has(name) ? path : 'read error'}: ${error.message}\n`
          : `${name}: ${FOPEN.has(name) ? `${path}: ${error.message}` : cannotOpen(path, error)}\n`,
      )
      status = 1
    } finally {
      if (file && path !== '-' && --file.references === 0) file.close()
    }
  }
  return status
}

/** Applets that open with fopen_or_warn: the file's name and the error, nothing else. */
const FOPEN = new Set([
  'head',
  'wc',
  'grep',
  'egrep',
  'fgrep',
  'cut',
  'nl',
  'tac',
  'od',
  'hexdump',
  'rev',
  'fold',
  'strings',
  'xxd',
])

export function cannotOpen(path: string, error: MachineError): string {
  return error.errno === 'EISDIR' ? 'read error: Is a directory' : `can't open '${path}': ${error.message}`
}

export const PIECE_BYTES = 65_536

/** CPU time of copying it, µs. */
export const costOfPiece = (chunk: Uint8Array): number => 2 + chunk.length / 5000

/** Reads a file piece by piece; each piece costs the CPU time of a copy. */
export async function* pieces(process: Process, file: OpenFile, max = PIECE_BYTES): AsyncGenerator<Uint8Array> {
  for (;;) {
    const got = file.read(max)
    const chunk = got instanceof Promise ? await process.during(got) : got
    if (!chunk) return
    const pause = process.spend(costOfPiece(chunk))
    if (pause) await pause
    yield chunk
  }
}

export async function textOf(process: Process, file: OpenFile): Promise<string> {
  const chunks: Uint8Array[] = []
  let heldKiB = 0
  for await (const chunk of pieces(process, file, 1 << 20)) {
    chunks.push(chunk)
    const kib = Math.floor(chunk.length / 1024)
    if (kib > 0) process.grow(kib)
    heldKiB += kib
  }
  if (heldKiB > 0) process.shrink(heldKiB)
  return Buffer.concat(chunks).toString()
}

/** Lines of a stream as they come; the newline is not part of them. */
export async function* lines(process: Process, file: OpenFile): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of pieces(process, file)) {
    const all = (rest + Buffer.from(chunk).toString('latin1')).split('\n')
    rest = all.pop() as string
    for (const line of all) yield decode(line)
  }
  if (rest !== '') yield decode(rest)
}

function decode(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1
}

/** 10, 4k, 1M, 2g in bytes. @throws UsageError */
export function byteCount(text: string, name: string): number {
  const match = /^(\d+)(b|c|w|k|kB|K|M|MB|m|g|G|GB)?$/.exec(text)
  if (!match) throw new UsageError(`invalid number '${text}'`)
  const unit =
    {
      b: 512,
      c: 1,
      w: 2,
      k: 1024,
      K: 1024,
      kB: 1000,
      M: 1024 ** 2,
      m: 1024 ** 2,
      MB: 1000 ** 2,
      g: 1024 ** 3,
      G: 1024 ** 3,
      GB: 1000 ** 3,
    }[match[2] ?? 'c'] ?? 1
  void name
  return Number(match[1]) * unit
}
