import type { OpenFile } from '../fs/openFile.ts'
import type { Process } from '../kernel/process.ts'
import { byteCount, eachInput, options, pieces } from './applet.ts'
import type { Applet } from './applet.ts'

/** Keeps what it may have to print in memory, as busybox does: a stream without newlines is held whole. */
export const tail: Applet = async (process, argv) => {
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
  const kept: Uint8Array[] = []
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
