import type { OpenFile } from '../fs/openFile.ts'
import type { Process } from '../kernel/process.ts'
import { byteCount, eachInput, options, pieces } from './applet.ts'
import type { Applet } from './applet.ts'

export const od: Applet = async (process, argv) => {
  const given = options(argv, 'bcdoxA:t:j:N:v')
  return eachInput(process, 'od', given.rest, async (file) => {
    const data = Buffer.from(await bytesOf(process, file, given.get('N')))
    await process.out(
      dumpOd(
        data,
        given.get('A') ?? 'o',
        given.has('c') ? 'c' : (given.get('t') ?? (given.has('x') ? 'x2' : given.has('b') ? 'o1' : 'o2')),
      ),
    )
  })
}

async function bytesOf(process: Process, file: OpenFile, limit: string | undefined): Promise<Uint8Array> {
  const most = limit === undefined ? Infinity : byteCount(limit, 'od')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of pieces(process, file, Math.min(65_536, most))) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most === Infinity ? undefined : most)
}

const NAMED: Record<number, string> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
}

/** @param address radix of the offsets: o, x, d, or n for none */
function dumpOd(data: Buffer, address: string, kind: string): string {
  const radix = { o: 8, x: 16, d: 10 }[address]
  const offset = (at: number) => (radix === undefined ? '' : at.toString(radix).padStart(address === 'x' ? 6 : 7, '0'))
  let text = ''
  let last = ''
  let starred = false
  for (let at = 0; at < data.length; at += 16) {
    const row = data.subarray(at, at + 16)
    let shown = ''
    const size = Number(/\d$/.exec(kind)?.[0] ?? 1)
    if (kind === 'c')
      for (const byte of row)
        shown += (
          NAMED[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))
        ).padStart(4)
    else
      for (let index = 0; index < row.length; index += size) {
        const value = row.subarray(index, index + size).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
        const radix = kind.startsWith('x') ? 16 : kind.startsWith('d') || kind.startsWith('u') ? 10 : 8
        const width =
          radix === 16 ? size * 2 : radix === 8 ? Math.ceil((size * 8) / 3) : ([3, 5, 5, 10][size - 1] ?? 20)
        shown += ` ${value.toString(radix).padStart(width, radix === 10 ? ' ' : '0')}`
      }
    if (shown === last && row.length === 16) {
      if (!starred) text += '*\n'
      starred = true
      continue
    }
    starred = false
    last = shown
    text += `${offset(at)}${shown}\n`
  }
  return radix === undefined ? text : `${text}${offset(data.length)}\n`
}

export const hexdump: Applet = async (process, argv) => {
  const canonical = argv[0] === 'hd' || argv.includes('-C')
  const given = options(argv, 'bcCdoxvn:s:e:')
  return eachInput(process, 'hexdump', given.rest, async (file) => {
    const data = Buffer.from(await bytesOf(process, file, given.get('n')))
    let text = ''
    for (let at = 0; at < data.length; at += 16) {
      const row = data.subarray(at, at + 16)
      if (canonical) {
        const hex = [...row]
          .map((byte, index) => byte.toString(16).padStart(2, '0') + (index === 7 ? ' ' : ''))
          .join(' ')
        text += `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(49)} |${[...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')}|\n`
      } else {
        const words = []
        for (let index = 0; index < row.length; index += 2)
          words.push(((row[index] as number) | ((row[index + 1] ?? 0) << 8)).toString(16).padStart(4, '0'))
        text += `${at.toString(16).padStart(7, '0')} ${words.join(' ')}\n`
      }
    }
    await process.out(`${text}${data.length.toString(16).padStart(canonical ? 8 : 7, '0')}\n`)
  })
}

export const xxd: Applet = async (process, argv) => {
  const given = options(argv, 'pl:c:s:r')
  return eachInput(process, 'xxd', given.rest, async (file) => {
    const data = Buffer.from(await bytesOf(process, file, given.get('l')))
    if (given.has('r')) return process.out(Buffer.from(data.toString().replace(/\s/g, ''), 'hex'))
    if (given.has('p'))
      return process.out(
        `${
          data
            .toString('hex')
            .match(/.{1,60}/g)
            ?.join('\n') ?? ''
        }\n`,
      )
    let text = ''
    for (let at = 0; at < data.length; at += 16) {
      const row = data.subarray(at, at + 16)
      const hex = (row.toString('hex').match(/.{1,4}/g) ?? []).join(' ')
      text += `${at.toString(16).padStart(8, '0')}: ${hex.padEnd(39)}  ${[...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')}\n`
    }
    await process.out(text)
  })
}
