import { constants, createDeflate, createInflate } from 'node:zlib'
import { headerDictionary } from './headerDictionary.ts'

/** Headers of one direction of a SPDY connection: each block goes on where the compression of the one before has stopped. */
export interface HeaderCodec {
  decode(block: Buffer): Promise<Record<string, string>>
  encode(headers: Record<string, string>): Promise<Buffer>
}

export function createHeaderCodec(): HeaderCodec {
  const options = { dictionary: headerDictionary, flush: constants.Z_SYNC_FLUSH }
  const inflate = through(createInflate(options))
  const deflate = through(createDeflate(options))
  return {
    decode: async (block) => parse(await inflate(block)),
    encode: (headers) => deflate(format(headers)),
  }
}

/** A block in, what comes out of it out; blocks must follow each other. */
function through(zlib: ReturnType<typeof createInflate> | ReturnType<typeof createDeflate>) {
  const out: Buffer[] = []
  let fail: (error: Error) => void = () => {}
  zlib.on('data', (data: Buffer) => out.push(data))
  zlib.on('error', (error) => fail(error))
  return (block: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      fail = reject
      zlib.write(block, () => resolve(Buffer.concat(out.splice(0))))
    })
}

/** Count, then names and values, each with its length: 32 bits all. */
function parse(block: Buffer): Record<string, string> {
  let at = 0
  const number = () => block.readUInt32BE((at += 4) - 4)
  const text = () => {
    const length = number()
    return block.toString('utf8', at, (at += length))
  }
  const entries = Array.from({ length: number() }, (): [string, string] => [text().toLowerCase(), text()])
  return Object.fromEntries(entries)
}

function format(headers: Record<string, string>): Buffer {
  const number = (value: number) => {
    const buffer = Buffer.alloc(4)
    buffer.writeUInt32BE(value)
    return buffer
  }
  const text = (value: string) => [number(Buffer.byteLength(value)), Buffer.from(value)]
  const entries = Object.entries(headers)
  return Buffer.concat([number(entries.length), ...entries.flatMap(([name, value]) => [...text(name), ...text(value)])])
}
