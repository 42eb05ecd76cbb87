import { createHash } from 'node:crypto'
import { createGunzip, gzipSync } from 'node:zlib'
import { MachineError } from '../machineError.ts'
import { openFile } from '../fs/files.ts'
import type { OpenFile } from '../fs/openFile.ts'
import type { Process } from '../kernel/process.ts'
import { byteCount, eachInput, lines, options, pieces, textOf } from './applet.ts'
import type { Applet } from './applet.ts'
import { tail } from './tail.ts'
import { od, hexdump, xxd } from './dumps.ts'

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
