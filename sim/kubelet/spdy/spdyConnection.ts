import type { Duplex } from 'node:stream'
import { createHeaderCodec } from './headerCodec.ts'

/** One stream that the client has opened. What it sends before there is a listener is kept. */
export interface SpdyStream {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** @param end is called when the client has no more to send */
  receive(data: (bytes: Buffer) => void, end: () => void): void
  write(data: Uint8Array): void
  end(): void
}

export interface SpdyConnection {
  /** Nothing more is sent; what was written arrives. */
  close(): void
  onClose(listener: () => void): void
}

const TYPE = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const
const FIN = 1
const HEADER_BYTES = 8
/** Of a data frame: 24 bits, but a frame is buffered whole at the other end. */
const DATA_BYTES = 64 * 1024

/**
 * The server's side of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00 with 3.1's window updates) as the Kubernetes client speaks it: github.com/moby/spdystream
 * neither sends window updates nor waits for any, and so does this.
 */
export function serveSpdy(socket: Duplex, head: Buffer, onStream: (stream: SpdyStream) => void): SpdyConnection {
  const codec = createHeaderCodec()
  const streams = new Map<number, { data(bytes: Buffer): void; end(): void }>()
  const listeners: (() => void)[] = []
  let written: Promise<void> = Promise.resolve()
  let closed = false
  const send = (frame: Buffer | Promise<Buffer>) => {
    written = written.then(async () => {
      const bytes = await frame
      if (!socket.destroyed && socket.writable) socket.write(bytes)
    })
  }
  const ended = () => {
    if (closed) return
    closed = true
    for (const { end } of streams.values()) end()
    for (const listener of listeners) listener()
  }
  const open = async (frame: Frame): Promise<void> => {
    const id = frame.body.readUInt32BE(0) & 0x7fff_ffff
    const headers = await codec.decode(frame.body.subarray(10))
    const { stream, sink } = createStream(headers, (data, flags) => send(dataFrame(id, flags, data)))
    streams.set(id, sink)
    send(codec.encode({}).then((block) => controlFrame(TYPE.synReply, 0, number(id), block)))
    if (frame.flags & FIN) sink.end()
    onStream(stream)
  }
  const take = async (frame: Frame): Promise<void> => {
    if (frame.type === null) {
      const sink = streams.get(frame.id)
      if (frame.body.length > 0) sink?.data(frame.body)
      if (frame.flags & FIN) sink?.end()
    } else if (frame.type === TYPE.synStream) await open(frame)
    else if (frame.type === TYPE.ping) send(controlFrame(TYPE.ping, 0, frame.body))
    else if (frame.type === TYPE.rstStream) streams.get(frame.body.readUInt32BE(0) & 0x7fff_ffff)?.end()
  }
  // headers are decoded one after the other, and a stream's data comes after them
  let taken: Promise<void> = Promise.resolve()
  let rest: Buffer = Buffer.alloc(0)
  const read = (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let frame = frameAt(rest); frame; frame = frameAt(rest)) {
      const next = frame
      rest = rest.subarray(HEADER_BYTES + next.body.length)
      taken = taken.then(() => take(next)).catch(() => void socket.destroy())
    }
  }
  read(head)
  socket.on('data', read)
  // a client that has left hears nothing more; half a connection would keep the server from closing
  socket.once('end', () => socket.end())
  for (const event of ['end', 'close', 'error']) socket.once(event, () => void taken.then(ended))
  return {
    close() {
      send(controlFrame(TYPE.goAway, 0, number(0), number(0)))
      void written.then(() => socket.end())
    },
    onClose: (listener) => void (closed ? listener() : listeners.push(listener)),
  }
}

function createStream(headers: Record<string, string>, send: (data: Uint8Array, flags: number) => void) {
  const early: Buffer[] = []
  let isOver = false
  let onData = (bytes: Buffer): void => void early.push(bytes)
  let onEnd = () => {}
  const stream: SpdyStream = {
    headers,
    receive(data, end) {
      for (const bytes of early.splice(0)) data(bytes)
      onData = data
      onEnd = end
      if (isOver) end()
    },
    write(data) {
      for (let at = 0; at < data.length; at += DATA_BYTES) send(data.subarray(at, at + DATA_BYTES), 0)
    },
    end: () => send(new Uint8Array(), FIN),
  }
  const sink = {
    data: (bytes: Buffer) => onData(bytes),
    end() {
      if (isOver) return
      isOver = true
      onEnd()
    },
  }
  return { stream, sink }
}

interface Frame {
  /** Of a control frame; null for data. */
  type: number | null
  flags: number
  /** Of a data frame's stream. */
  id: number
  body: Buffer
}

function frameAt(bytes: Buffer): Frame | null {
  if (bytes.length < HEADER_BYTES) return null
  const [first, second] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)]
  const length = second & 0xff_ffff
  if (bytes.length < HEADER_BYTES + length) return null
  const isControl = first >>> 31 === 1
  return {
    type: isControl ? first & 0xffff : null,
    flags: second >>> 24,
    id: first & 0x7fff_ffff,
    body: bytes.subarray(HEADER_BYTES, HEADER_BYTES + length),
  }
}

const number = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

function controlFrame(type: number, flags: number, ...body: Buffer[]): Buffer {
  const length = body.reduce((sum, { length: each }) => sum + each, 0)
  return Buffer.concat([number((0x8003_0000 | type) >>> 0), number(((flags << 24) | length) >>> 0), ...body])
}

const dataFrame = (id: number, flags: number, data: Uint8Array): Buffer =>
  Buffer.concat([number(id), number(((flags << 24) | data.length) >>> 0), data])
