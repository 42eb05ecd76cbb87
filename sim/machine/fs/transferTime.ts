import type { Process } from '../kernel/process.ts'
import type { OpenFile } from './openFile.ts'

/** CPU time of copying a byte, µs: about 5 GB/s. */
const COPY_USEC_PER_BYTE = 1 / 5000

/** What a piece of a transfer takes: CPU time, and time in which the process waits for a disk or for the host, both µs. */
export interface PieceTime {
  readonly cpu: number
  readonly wait: number
}

/** Of moving `bytes` from one open file to another, beginning where they stand. To be asked before they are moved. */
export function pieceTime(process: Process, input: OpenFile, output: OpenFile, bytes: number): PieceTime {
  const { spec } = process.kernel
  const copying = COPY_USEC_PER_BYTE * (spec.cpuSlowdown ?? 1)
  const speeds = [readSpeed(process, input), writeSpeed(process, output)].filter((speed) => speed !== undefined)
  if (speeds.length === 0) return { cpu: bytes * copying, wait: 0 }
  const total = speeds.reduce((sum, speed) => sum + bytes / (speed / 1e6), 0)
  const cpu = Math.min(bytes * copying, total)
  return { cpu, wait: total - cpu }
}

function readSpeed(process: Process, { location, position = 0 }: OpenFile): number | undefined {
  if (location?.inode.kind !== 'file') return undefined
  const speeds = process.kernel.spec.transferBytesPerSecond?.[location.fs.type]
  return process.kernel.pageCache.bytesOf(location.inode) > position ? speeds?.again : speeds?.read
}

const writeSpeed = (process: Process, { location }: OpenFile): number | undefined =>
  location?.inode.kind === 'file' ? process.kernel.spec.transferBytesPerSecond?.[location.fs.type]?.write : undefined

/** Waits until what was written has reached the disk behind the file system. What writing has taken is part of what a flushed write takes. */
export async function flush(process: Process, output: OpenFile, bytes: number): Promise<void> {
  const { flushBytesPerSecond, diskFlushMs = 0 } = process.kernel.spec
  const type = typeFlushed(output)
  const speed = flushBytesPerSecond?.[type]
  if (speed === undefined) return
  const written = writeSpeed(process, output)
  const left = Math.max(0, bytes / speed - (written === undefined ? 0 : bytes / written))
  await process.sleep(left * 1000 + (type === 'disk' ? diskFlushMs : 0))
}

/** A disk is flushed as such, whatever file system its node is on. */
const typeFlushed = ({ location }: OpenFile): string =>
  location?.inode.kind === 'blockDevice' ? 'disk' : (location?.fs.type ?? '')
