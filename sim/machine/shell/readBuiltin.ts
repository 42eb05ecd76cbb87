import { Interrupted } from '../kernel/blockedCalls.ts'
import { signalNumber } from '../kernel/signals.ts'
import type { Shell } from './shell.ts'

/** `read`: one line, byte by byte, so that what follows stays for the next reader. */
export async function readBuiltin(shell: Shell, argv: string[]): Promise<number> {
  const { process } = shell
  const args = argv.slice(1)
  let raw = false
  let count = Infinity
  let timeoutMs: number | null = null
  let delimiter = '\n'
  while (args[0]?.startsWith('-') && args[0].length > 1) {
    const option = args.shift() as string
    for (const [index, letter] of [...option.slice(1)].entries()) {
      const value = () => option.slice(index + 2) || (args.shift() ?? '')
      if (letter === 'r') raw = true
      else if (letter === 'p') {
        await process.err(value())
        break
      } else if (letter === 'n') {
        count = Number(value())
        break
      } else if (letter === 't') {
        timeoutMs = Number(value()) * 1000
        break
      } else if (letter === 'd') {
        delimiter = value()[0] ?? '\0'
        break
      } else if (letter === 'u') {
        value()
        break
      }
    }
  }
  const bytes: number[] = []
  let ended = false
  const file = process.fds.get(0)
  for (;;) {
    let chunk: Uint8Array | null
    try {
      const got = file ? file.read(1) : null
      chunk = got instanceof Promise ? await waiting(shell, got, timeoutMs) : got
    } catch (error) {
      if (error instanceof Interrupted) return 128 + signalNumber(shell.pending[0] ?? 'INT')
      throw error
    }
    if (!chunk) {
      ended = true
      break
    }
    const byte = chunk[0] as number
    if (byte === delimiter.charCodeAt(0)) {
      if (raw || bytes[bytes.length - 1] !== 92) break
      bytes.pop()
      continue
    }
    bytes.push(byte)
    if (bytes.length >= count) break
  }
  store(shell, args, Buffer.from(bytes).toString(), raw)
  return ended ? 1 : 0
}

async function waiting(
  shell: Shell,
  got: Promise<Uint8Array | null>,
  timeoutMs: number | null,
): Promise<Uint8Array | null> {
  const { process } = shell
  return process.block<Uint8Array | null>((resolve, reject) => {
    void got.then(resolve, reject)
    return timeoutMs === null ? undefined : process.kernel.timers.after(timeoutMs, () => resolve(null))
  }, true)
}

function store(shell: Shell, names: string[], line: string, raw: boolean): void {
  const text = raw ? line : line.replace(/\\(.)/g, '$1')
  const ifs = shell.get('IFS') ?? ' \t\n'
  if (names.length === 0) {
    shell.set('REPLY', text)
    return
  }
  let rest = trimStart(text, ifs)
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      let end = rest.length
      while (end > 0 && ifs.includes(rest[end - 1] as string) && /\s/.test(rest[end - 1] as string)) end--
      shell.set(name, rest.slice(0, end))
      return
    }
    let end = 0
    while (end < rest.length && !ifs.includes(rest[end] as string)) end++
    shell.set(name, rest.slice(0, end))
    rest = rest.slice(end)
    if (rest !== '' && !/\s/.test(rest[0] as string)) rest = rest.slice(1)
    rest = trimStart(rest, ifs)
  }
}

function trimStart(text: string, ifs: string): string {
  let start = 0
  while (start < text.length && ifs.includes(text[start] as string) && /\s/.test(text[start] as string)) start++
  return text.slice(start)
}
