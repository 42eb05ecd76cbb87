import { createHash } from 'node:crypto'
import { closeSync, createReadStream, createWriteStream, openSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { packTar, unpackTar } from 'modern-tar/fs'

/** What `results pack` says of the archive. */
export interface Packed {
  readonly bytes: number
  readonly sha256: string
}

/** Beside the results and not of them: files whose name begins with a dot are this program's own. */
const archiveOf = (folder: string): string => path.join(folder, '.archive.tar.gz')

/** The results as a tar stream. */
export const tarOf = (folder: string): Readable =>
  packTar(folder, { filter: (file) => !path.relative(folder, file).startsWith('.') })

/** Packs the results into one file, which is then read in pieces: a connection that breaks costs one piece. */
export async function printPacked(folder: string): Promise<void> {
  const file = archiveOf(folder)
  await pipeline(tarOf(folder), createGzip(), createWriteStream(file))
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  const packed: Packed = { bytes: statSync(file).size, sha256: hash.digest('hex') }
  process.stdout.write(`${JSON.stringify(packed)}\n`)
}

export function printPiece(folder: string, offset: number, bytes: number): void {
  const descriptor = openSync(archiveOf(folder), 'r')
  const piece = Buffer.alloc(bytes)
  const read = readSync(descriptor, piece, 0, bytes, offset)
  closeSync(descriptor)
  process.stdout.write(piece.subarray(0, read).toString('base64'))
}

/** Unpacks what `printPacked` packed. Throws for an archive that is damaged or would write outside of the folder. */
export const unpack = (archive: Buffer, folder: string): Promise<void> =>
  pipeline(Readable.from([archive]), createGunzip(), unpackTar(folder, { strict: true }))
