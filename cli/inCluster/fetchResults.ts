import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { type Packed, unpack } from './archive.ts'
import type { PodRef } from './followSuite.ts'
import { entryPoint, resultsContainer, resultsFolder } from './suitePod.ts'

const pieceBytes = 4 * 2 ** 20
const packMs = 300_000
const pieceMs = 120_000

/** Copies the results out of the suite's pod into the folder. Throws ExecError, or what is wrong with the archive. */
export async function fetchResults(cluster: Cluster, pod: PodRef, folder: string, signal: AbortSignal): Promise<void> {
  const ask = async (timeoutMs: number, ...argv: string[]): Promise<string> => {
    const command = [...entryPoint, 'results', ...argv, '--from', resultsFolder]
    const { stdout, stderr, exitCode } = await cluster.exec(pod, command, {
      container: resultsContainer,
      readOnly: true,
      timeoutMs,
      signal,
    })
    if (exitCode !== 0) throw new Error(`results ${argv[0] ?? ''} ended with code ${exitCode}: ${stderr.trim()}`)
    return stdout
  }
  const { bytes, sha256 } = JSON.parse(await ask(packMs, 'pack')) as Packed
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes; at += pieceBytes) {
    const length = Math.min(pieceBytes, bytes - at)
    pieces.push(await wholePiece(() => ask(pieceMs, 'read', String(at), String(length)), length))
  }
  const archive = Buffer.concat(pieces)
  if (createHash('sha256').update(archive).digest('hex') !== sha256)
    throw new Error(`the results arrived damaged: ${archive.length} bytes with another digest than in the pod`)
  mkdirSync(folder, { recursive: true })
  await unpack(archive, folder)
}

/** The kubelet can lose the end of an output (kubernetes/kubernetes#124571): a piece that is short is asked for again. */
async function wholePiece(read: () => Promise<string>, length: number): Promise<Buffer> {
  for (let attempts = 1; ; attempts++) {
    const piece = Buffer.from(await read(), 'base64')
    if (piece.length === length) return piece
    if (attempts === 5)
      throw new Error(`the results arrived cut: ${piece.length} of ${length} bytes, ${attempts} times`)
  }
}
