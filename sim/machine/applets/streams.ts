import { createHash } from 'node:crypto'
import { createGunzip, gzipSync } from 'node:zlib'
import { MachineError } from '../machine.ts'
import { openFile } from '../fs/files.ts'
import type { OpenFile } from '../fs/openFile.ts'
import type { Process } from '../kernel/process.ts'
import { byteCount, eachInput, lines, options, pieces, textOf } from './applet.ts'
import type { Applet } from './applet.ts'

/** CPU time per byte, µs: what one core of a server does about 400 MiB/s and 60 MiB/s of. */
const HASH_USEC_PER_BYTE = 1 / 400
const GZIP_USEC_PER_BYTE = 1 / 60

const head: Applet = async (process, argv) => {
  const args = argv.map((word, index) => (index > 0 && /^-\d+$/.test(word) ? `-n${word.slice(1)}` : word))
  const given = options(args, 'n:c:qv')
  const bytes = given.get('c')
  const many = given.rest.length > 1 && !given.has('q')
  let first = true
  return eachInput(process, 'head', given.rest, async (file, path) => {
    if (many || given.has('v'))
      await process.out(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`)
    first = false
    if (bytes !== undefined) return headBytes(process, file, byteCount(bytes, 'head'))
    const count = Number(given.get('n') ?? 10)
    if (count < 0) {
      const all = (await textOf(process, file)).split('\n')
      if (all.at(-1) === '') all.pop()
      await process.out(
        all
          .slice(0, count)
          .map((line) => `${line}\n`)
          .join(''),
      )
    } else await headLines(process, file, count)
  })
}

async function headBytes(process: Process, file: OpenFile, count: number): Promise<void> {
  let left = count
  while (left > 0) {
    const got = file.read(Math.min(left, 65_536))
    const chunk = got instanceof Promise ? await process.during(got) : got
    if (!chunk) return
    left -= chunk.length
    const pause = process.spend(2 + chunk.length / 5000)
    if (pause) await pause
    const wrote = process.write(1, chunk)
    if (wrote) await wrote
  }
}

async function headLines(process: Process, file: OpenFile, count: number): Promise<void> {
  let left = count
  if (left === 0) return
  for await (const chunk of pieces(process, file, 4096)) {
    let at = 0
    while (left > 0) {
      const end = chunk.indexOf(10, at)
      if (end < 0) break
      at = end + 1
      left--
    }
    await process.write(1, left === 0 ? chunk.subarray(0, at) : chunk)
    if (left === 0) return
  }
}

/** Keeps what it may have to print in memory, as busybox does: a stream without newlines is held whole. */
const tail: Applet = async (process, argv) => {
  const args = argv.map((word, index) =>
    index > 0 && /^[-+]\d+$/.test(word) ? `-n${word.startsWith('+') ? word : word.slice(1)}` : word,
  )
  const given = options(args, 'n:c:fFqvs:')
  const bytes = given.get('c')
  const spec = bytes ?? given.get('n') ?? '10'
  const count = byteCount(spec.replace(/^[-+]/, ''), 'tail')
  const many = given.rest.length > 1 && !given.has('q')
  let firstTitle = true
  const followed: OpenFile[] = []
  const status = await eachInput(process, 'tail', given.rest, async (file, path) => {
    if (many || given.has('v')) await process.out(`${firstTitle ? '' : '\n'}==> ${path} <==\n`)
    firstTitle = false
    if (spec.startsWith('+')) await tailFrom(process, file, count, bytes !== undefined)
    else await tailLast(process, file, count, bytes !== undefined)
    if (given.has('f') || given.has('F')) {
      file.references++
      followed.push(file)
    }
  })
  if (followed.length === 0) return status
  for (;;) {
    for (const file of followed) {
      for (let chunk = file.read(65_536); chunk && !(chunk instanceof Promise); chunk = file.read(65_536))
        await process.out(chunk)
      if (file.pipe) return status
    }
    await process.sleep(Number(given.get('s') ?? 1) * 1000)
  }
}

async function tailFrom(process: Process, file: OpenFile, count: number, bytes: boolean): Promise<void> {
  let skip = Math.max(0, count - 1)
  for await (const chunk of pieces(process, file)) {
    let at = 0
    if (bytes) {
      at = Math.min(skip, chunk.length)
      skip -= at
    } else {
      while (skip > 0 && at < chunk.length) {
        const end = chunk.indexOf(10, at)
        at = end < 0 ? chunk.length : end + 1
        if (end >= 0) skip--
      }
    }
    if (at < chunk.length) await process.out(chunk.subarray(at))
  }
}

async function tailLast(process: Process, file: OpenFile, count: number, bytes: boolean): Promise<void> {
  let kept: Uint8Array[] = []
  let size = 0
  let newlines = 0
  let heldKiB = 0
  const surplus = () => (bytes ? size - (kept[0]?.length ?? 0) >= count : newlines - newlinesIn(kept[0]) > count)
  for await (const chunk of pieces(process, file)) {
    kept.push(chunk)
    size += chunk.length
    if (!bytes) newlines += newlinesIn(chunk)
    while (kept.length > 1 && surplus()) {
      const dropped = kept.shift() as Uint8Array
      size -= dropped.length
      if (!bytes) newlines -= newlinesIn(dropped)
    }
    const kib = Math.ceil(size / 1024)
    if (kib > heldKiB + 64) {
      process.grow(kib - heldKiB)
      heldKiB = kib
    }
  }
  const all = Buffer.concat(kept)
  if (bytes) return void (await process.out(all.subarray(Math.max(0, all.length - count))))
  let at = all.length
  if (count === 0) return
  for (let left = count + (all.at(-1) === 10 ? 1 : 0); left > 0 && at > 0; left--) at = all.lastIndexOf(10, at - 1)
  await process.out(all.subarray(at < 0 ? 0 : at === 0 && all[0] !== 10 ? 0 : at + 1))
}

function newlinesIn(chunk: Uint8Array | undefined): number {
  let count = 0
  if (chunk) for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++
  return count
}

/** Endless input into a hash or a compressor only takes time. */
function hash(algorithm: string): Applet {
  return async (process, argv) => {
    const name = argv[0] as string
    const given = options(argv, 'csw', { check: 'c' })
    if (given.has('c')) return checkSums(process, name, algorithm, given.rest)
    return eachInput(process, name, given.rest, async (file, path) => {
      await process.out(`${await digest(process, file, algorithm)}  ${path}\n`)
    })
  }
}

async function digest(process: Process, file: OpenFile, algorithm: string): Promise<string> {
  if (file.endless) await process.burn(Infinity)
  const sum = createHash(algorithm)
  for await (const chunk of pieces(process, file)) {
    sum.update(chunk)
    const pause = process.spend(chunk.length * HASH_USEC_PER_BYTE)
    if (pause) await pause
  }
  return sum.digest('hex')
}

async function checkSums(process: Process, name: string, algorithm: string, paths: string[]): Promise<number> {
  let failed = 0
  await eachInput(process, name, paths, async (list) => {
    for await (const line of lines(process, list)) {
      const match = /^([0-9a-f]+) [ *](.*)$/.exec(line)
      if (!match) continue
      let good = false
      await eachInput(
        process,
        name,
        [match[2] as string],
        async (file) => (good = (await digest(process, file, algorithm)) === match[1]),
      )
      if (!good) failed++
      await process.out(`${match[2]}: ${good ? 'OK' : 'FAILED'}\n`)
    }
  })
  if (failed > 0) await process.err(`${name}: WARNING: ${failed} of ${failed} computed checksums did NOT match\n`)
  return failed > 0 ? 1 : 0
}

const gzip: Applet = async (process, argv) => {
  const given = options(argv, 'cdfkqtv123456789')
  if (given.has('d') || argv[0] === 'gunzip') return gunzip(process, argv)
  const toStdout = given.has('c') || given.rest.length === 0
  return eachInput(process, 'gzip', given.rest, async (file, path) => {
    if (file.endless && process.fds.get(1)?.sink) await process.burn(Infinity)
    const sink = process.fds.get(1)?.sink === true && toStdout
    const chunks: Uint8Array[] = []
    for await (const chunk of pieces(process, file)) {
      const pause = process.spend(chunk.length * GZIP_USEC_PER_BYTE)
      if (pause) await pause
      if (!sink) chunks.push(chunk)
    }
    if (sink) return
    const packed = gzipSync(Buffer.concat(chunks))
    if (toStdout) await process.out(packed)
    else await replaceFile(process, path, `${path}.gz`, packed, given.has('k'))
  })
}

async function gunzip(process: Process, argv: string[]): Promise<number> {
  const given = options(argv, 'cdfkqtv')
  const toStdout = given.has('c') || given.rest.length === 0 || argv[0] === 'zcat'
  return eachInput(process, argv[0] as string, given.rest, async (file, path) => {
    const packed: Uint8Array[] = []
    for await (const chunk of pieces(process, file)) packed.push(chunk)
    const data = await unpacked(Buffer.concat(packed)).catch(() => null)
    if (data === null) {
      await process.err(`${argv[0]}: invalid magic\n`)
      return
    }
    if (toStdout) await process.out(data)
    else await replaceFile(process, path, path.replace(/\.gz$/, ''), data, given.has('k'))
  })
}

function unpacked(packed: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const stream = createGunzip()
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('error', reject)
    stream.end(packed)
  })
}

async function replaceFile(process: Process, from: string, to: string, data: Uint8Array, keep: boolean): Promise<void> {
  const { remove } = await import('../fs/files.ts')
  await openFile(process, to, { write: true, create: true, truncate: true }).write(data)
  if (!keep) remove(process, from)
}

const tee: Applet = async (process, argv) => {
  const given = options(argv, 'ai')
  const files: OpenFile[] = []
  let status = 0
  for (const path of given.rest) {
    try {
      files.push(
        openFile(process, path, {
          write: true,
          create: true,
          ...(given.has('a') ? { append: true } : { truncate: true }),
        }),
      )
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`tee: ${path}: ${error.message}\n`)
      status = 1
    }
  }
  await eachInput(process, 'tee', [], async (input) => {
    for await (const chunk of pieces(process, input)) {
      for (const file of files) await file.write(chunk)
      await process.out(chunk)
    }
  })
  return status
}

const base64: Applet = async (process, argv) => {
  const given = options(argv, 'dw:', { decode: 'd' })
  return eachInput(process, 'base64', given.rest, async (file) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of pieces(process, file)) chunks.push(chunk)
    const data = Buffer.concat(chunks)
    if (given.has('d')) return process.out(Buffer.from(data.toString(), 'base64'))
    const width = Number(given.get('w') ?? 76)
    const text = data.toString('base64')
    await process.out(width === 0 ? text : `${text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? ''}\n`)
  })
}

const od: Applet = async (process, argv) => {
  const given = options(argv, 'bcdoxAt:j:N:v')
  return eachInput(process, 'od', given.rest, async (file) => {
    const data = Buffer.from(await bytesOf(process, file, given.get('N')))
    await process.out(
      dumpOd(data, given.has('c') ? 'c' : (given.get('t') ?? (given.has('x') ? 'x2' : given.has('b') ? 'o1' : 'o2'))),
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

function dumpOd(data: Buffer, kind: string): string {
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
    text += `${at.toString(8).padStart(7, '0')}${shown}\n`
  }
  return `${text}${data.length.toString(8).padStart(7, '0')}\n`
}

const hexdump: Applet = async (process, argv) => {
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

const xxd: Applet = async (process, argv) => {
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

export const STREAMS: Record<string, Applet> = {
  head,
  tail,
  tee,
  gzip,
  gunzip: (process, argv) => gunzip(process, argv),
  zcat: (process, argv) => gunzip(process, argv),
  base64,
  od,
  hexdump,
  hd: hexdump,
  xxd,
  md5sum: hash('md5'),
  sha1sum: hash('sha1'),
  sha256sum: hash('sha256'),
  sha512sum: hash('sha512'),
}
