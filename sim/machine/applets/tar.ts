import { gunzipSync, gzipSync } from 'node:zlib'
import { MachineError } from '../machineError.ts'
import { find, makeDirectory, makeNode, openFile, place } from '../fs/files.ts'
import { linkTarget, symlink } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options, pieces } from './applet.ts'
import type { Applet } from './applet.ts'

const BLOCK = 512

/** tar: create, list and extract ustar archives of directories, files and symbolic links. */
export const tar: Applet = async (process, argv) => {
  const words = argv[1] !== undefined && !argv[1].startsWith('-') ? ['tar', `-${argv[1]}`, ...argv.slice(2)] : argv
  const given = options(words, 'cxtvzf:C:OkpJjhm', { directory: 'C' })
  const path = given.get('f') ?? '-'
  if (given.has('C')) process.context.cwd = find(process, given.get('C') as string).path
  if (given.has('c')) {
    const { parts, missing } = await collect(process, given.rest)
    const packed = Buffer.concat([...parts, Buffer.alloc(BLOCK * 2)])
    const data = given.has('z') ? gzipSync(packed) : packed
    if (path === '-') await process.out(data)
    else await openFile(process, path, { write: true, create: true, truncate: true }).write(data)
    if (missing) await process.err('tar: error exit delayed from previous errors\n')
    return missing ? 1 : 0
  }
  if (!given.has('x') && !given.has('t')) throw new UsageError('')
  const chunks: Uint8Array[] = []
  const input = path === '-' ? process.fds.get(0) : openFile(process, path)
  if (input) for await (const chunk of pieces(process, input)) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  await unpack(process, raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw, given.has('t'), given.has('v'))
  return 0
}

/** What is there is packed; what is not is told. */
async function collect(process: Process, names: readonly string[]): Promise<{ parts: Buffer[]; missing: boolean }> {
  const parts: Buffer[] = []
  let missing = false
  let told = false
  for (const name of names) {
    try {
      const packed = entries(process, name)
      if (name.startsWith('/') && !told) {
        await process.err("tar: removing leading '/' from member names\n")
        told = true
      }
      parts.push(...packed)
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`tar: ${name}: ${error.message}\n`)
      missing = true
    }
  }
  return { parts, missing }
}

function entries(process: Process, path: string): Buffer[] {
  const { inode } = find(process, path, false)
  const name = path.replace(/^\/+/, '').replace(/\/$/, '') || '.'
  if (inode.kind === 'directory')
    return [
      header(`${name}/`, '5', 0, inode.mode, inode.mtime),
      ...inode
        .names(process)
        .sort()
        .flatMap((child) => entries(process, `${path.replace(/\/$/, '')}/${child}`)),
    ]
  if (inode.kind === 'symlink') return [header(name, '2', 0, inode.mode, inode.mtime, linkTarget(inode, process))]
  if (inode.kind !== 'file' && inode.kind !== 'virtual') return []
  const made = inode.kind === 'file' ? inode.content.bytes() : inode.generate(process)
  const data = typeof made === 'string' ? Buffer.from(made) : Buffer.from(made)
  return [
    header(name, '0', data.length, inode.mode, inode.mtime),
    data,
    Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK),
  ]
}

function header(name: string, type: string, size: number, mode: number, mtime: number, target = ''): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(name.slice(0, 100), 0)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8) + octal(0, 8), 108)
  block.write(octal(size, 12) + octal(Math.floor(mtime / 1000), 12), 124)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target.slice(0, 100), 157)
  block.write('ustar\x0000', 257)
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return block
}

async function unpack(process: Process, data: Buffer, list: boolean, verbose: boolean): Promise<void> {
  const text = (from: number, length: number) =>
    data
      .subarray(from, from + length)
      .toString('latin1')
      .replace(/\0[^]*$/, '')
  for (let at = 0; at + BLOCK <= data.length && data[at] !== 0;) {
    const name = `${text(at + 345, 155) ? `${text(at + 345, 155)}/` : ''}${text(at, 100)}`
    const size = parseInt(text(at + 124, 12).trim(), 8) || 0
    const type = text(at + 156, 1)
    const mode = parseInt(text(at + 100, 8).trim(), 8) || 0o644
    if (list || verbose) await process.out(`${name}\n`)
    if (!list)
      await extract(process, name, type, mode, text(at + 157, 100), data.subarray(at + BLOCK, at + BLOCK + size))
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

async function extract(
  process: Process,
  name: string,
  type: string,
  mode: number,
  target: string,
  data: Buffer,
): Promise<void> {
  const parts = name.replace(/\/$/, '').split('/')
  for (let count = 1; count < parts.length; count++) {
    const directory = parts.slice(0, count).join('/')
    if (directory !== '' && !place(process, directory).inode) makeDirectory(process, directory)
  }
  try {
    if (type === '5') makeDirectory(process, name.replace(/\/$/, ''), mode)
    else if (type === '2') makeNode(process, name, symlink(target, process.kernel.now()))
    else if (type === '0' || type === '') {
      const file = openFile(process, name, { write: true, create: true, truncate: true })
      await file.write(data)
      if (file.location) file.location.inode.mode = mode & 0o777
    }
  } catch (error) {
    if (!(error instanceof MachineError) || error.errno !== 'EEXIST') throw error
  }
}
