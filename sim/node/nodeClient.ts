import { CriError } from '../kubelet/containerRuntime.ts'
import { MachineError } from '../machine/machineError.ts'
import type { MachineStream } from '../machine/machineNetwork.ts'
import type { SimNode } from './simNode.ts'

const words: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
}

/** A TCP connection from the node. @throws CriError worded as Go's net.Dial. */
export async function connectTo(node: SimNode, address: string, port: number, timeoutMs: number): Promise<void> {
  const stream = await dial(node, address, port, timeoutMs)
  stream.end()
}

/** An HTTP/1.1 GET from the node. @throws CriError as connectTo, and for an answer that is not HTTP or does not come. */
export async function httpGetFrom(
  node: SimNode,
  url: string,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  const { hostname, port, pathname, search } = new URL(url)
  const stream = await dial(node, hostname, Number(port || 80), timeoutMs)
  const lines = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${hostname}`,
    'Connection: close',
    ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
  ]
  const answer = readAll(stream)
  stream.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`))
  const text = await inTime(
    node,
    answer,
    timeoutMs,
    'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
  )
  stream.end()
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  if (status === undefined)
    throw new CriError('Unknown', 'net/http: HTTP/1.x transport connection broken: malformed HTTP response')
  return { status: Number(status), body: text.slice(text.indexOf('\r\n\r\n') + 4) }
}

async function dial(node: SimNode, address: string, port: number, timeoutMs: number): Promise<MachineStream> {
  try {
    return await node.network.connectFromNode(node.name, address, port)
  } catch (error) {
    const errno = error instanceof MachineError ? error.errno : ''
    if (errno === 'ETIMEDOUT') await node.clock.sleep(timeoutMs)
    throw new CriError('Unknown', `dial tcp ${address}:${port}: ${words[errno] ?? (error as Error).message}`)
  }
}

function readAll(stream: MachineStream): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    stream.onData((data) => {
      text += Buffer.from(data).toString('latin1')
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
      const body = text.indexOf('\r\n\r\n')
      if (length !== undefined && body >= 0 && text.length - body - 4 >= Number(length)) resolve(text)
    })
    stream.onEnd(() => resolve(text))
  })
}

async function inTime<T>(node: SimNode, promise: Promise<T>, timeoutMs: number, message: string): Promise<T> {
  const enough = new AbortController()
  const late = node.clock.sleep(timeoutMs || 30_000, enough.signal).then(() => {
    throw new CriError('DeadlineExceeded', message)
  })
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    enough.abort()
  }
}
