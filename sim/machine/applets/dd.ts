import { MachineError } from '../machineError.ts'
import { openFile } from '../fs/files.ts'
import { ZEROS } from '../fs/content.ts'
import type { OpenFile } from '../fs/openFile.ts'
import { flush, pieceTime } from '../fs/transferTime.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, byteCount } from './applet.ts'
import type { Applet } from './applet.ts'

const PIECE = ZEROS.length

/** dd: the block is memory of the process; copies are made in smaller pieces of it. */
export const dd: Applet = async (process, argv) => {
  const operands = new Map(argv.slice(1).map((word) => word.split(/=(.*)/s) as [string, string]))
  const known = new Set(['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'iflag', 'oflag', 'status'])
  for (const name of operands.keys()) if (!known.has(name)) throw new UsageError(`unrecognized operand '${name}'`)
  const size = (name: string, fallback: number) =>
    operands.has(name) ? byteCount(operands.get(name) as string, 'dd') : fallback
  const block = size('ibs', size('bs', 512))
  if (block < 1 || block > 2 ** 31 - 1) throw new MachineError('EINVAL', 'Invalid argument')
  const count = size('count', Infinity)
  const conv = new Set((operands.get('conv') ?? '').split(','))
  const flags = new Set((operands.get('oflag') ?? '').split(','))
  let input: OpenFile
  let output: OpenFile
  let opening = operands.get('if') ?? ''
  try {
    input = opened(process, operands.get('if'), 0, {})
    opening = operands.get('of') ?? ''
    output = opened(process, operands.get('of'), 1, {
      write: true,
      create: true,
      truncate: !conv.has('notrunc') && !operands.has('seek'),
      append: flags.has('append'),
    })
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    await process.err(`dd: can't open '${opening}': ${error.message}\n`)
    return 1
  }
  if (input.position !== undefined) input.position += size('skip', 0) * block
  if (output.position !== undefined) output.position += size('seek', 0) * size('obs', size('bs', 512))
  const heldKiB = Math.ceil(block / 1024)
  if (block > 65_536 && count > 0) process.grow(heldKiB)
  const started = process.kernel.timers.now()
  const totals = { fullIn: 0, partialIn: 0, fullOut: 0, partialOut: 0, bytes: 0 }
  const failure = await copy(process, input, output, block, count, totals)
  await process.settle()
  if (!failure && (conv.has('fsync') || conv.has('fdatasync'))) await flush(process, output, totals.bytes)
  if (operands.get('status') !== 'none')
    await report(process, totals, process.kernel.timers.now() - started, operands.get('status') === 'noxfer')
  if (failure) {
    await process.err(`dd: ${failure}\n`)
    return 1
  }
  return 0
}

function opened(
  process: Process,
  path: string | undefined,
  fd: number,
  flags: Parameters<typeof openFile>[2],
): OpenFile {
  if (path !== undefined) {
    const file = openFile(process, path, flags)
    process.setFd(process.freeFd(), file)
    return file
  }
  const file = process.fds.get(fd)
  if (!file) throw new MachineError('EBADF', 'Bad file descriptor')
  return file
}

interface Totals {
  fullIn: number
  partialIn: number
  fullOut: number
  partialOut: number
  bytes: number
}

async function copy(
  process: Process,
  input: OpenFile,
  output: OpenFile,
  block: number,
  count: number,
  totals: Totals,
): Promise<string | null> {
  if (input.endless && output.sink) {
    await process.burn(Math.max(1, pieceTime(process, input, output, block * count).cpu))
    totals.fullIn = totals.fullOut = count
    totals.bytes = block * count
    return null
  }
  // Waiting is done in one piece: how long it takes is what somebody sees.
  let waited = 0
  for (let done = 0; done < count; done++) {
    let read = 0
    while (read < block) {
      let chunk: Uint8Array | null
      const each = pieceTime(process, input, output, 1)
      try {
        const got = input.read(Math.min(PIECE, block - read))
        chunk = got instanceof Promise ? await process.during(got) : got
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        return `read error: ${error.message}`
      }
      if (!chunk) break
      read += chunk.length
      waited += chunk.length * each.wait
      const pause = process.spend(1 + chunk.length * each.cpu)
      if (pause) await pause
      try {
        const wrote = output.write(chunk)
        if (wrote) await process.during(wrote)
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        totals.fullIn++
        return `error writing '${output.describe()}': ${error.message}`
      }
      // A pipe gives what it has: a short read is a partial block.
      if (input.pipe) break
    }
    if (read === 0) break
    totals.bytes += read
    if (read === block) {
      totals.fullIn++
      totals.fullOut++
    } else {
      totals.partialIn++
      totals.partialOut++
    }
  }
  if (waited > 0) await process.sleep(waited / 1000)
  return null
}

async function report(process: Process, totals: Totals, ms: number, short: boolean): Promise<void> {
  const seconds = Math.max(ms, 0.01) / 1000
  const rate = totals.bytes / seconds
  const scaled = (value: number) =>
    value >= 1024 ** 3
      ? `${(value / 1024 ** 3).toFixed(1)}GB`
      : value >= 1024 ** 2
        ? `${(value / 1024 ** 2).toFixed(1)}MB`
        : value >= 1024
          ? `${(value / 1024).toFixed(1)}KB`
          : `${value.toFixed(0)} bytes`
  const lines = `${totals.fullIn}+${totals.partialIn} records in\n${totals.fullOut}+${totals.partialOut} records out\n`
  const transfer = `${totals.bytes} bytes (${scaled(totals.bytes)}) copied, ${seconds.toFixed(6)} seconds, ${scaled(rate)}/s\n`
  await process.err(short ? lines : lines + transfer)
}
