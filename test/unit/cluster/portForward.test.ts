import { expect } from 'chai'
import type { WebSocket } from 'ws'
import { ExecError } from '../../../helpers/cluster/execError.ts'
import { type ApiDouble, startApiDouble } from './apiDouble.ts'

const pod = { namespace: 'n', name: 'p' }
const frame = (channel: number, bytes: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(channel), Buffer.from(bytes as Uint8Array)])
/** What a node says first on both channels: the port, 16 bits, little endian. */
const begins = [frame(0, Buffer.of(0x90, 0x1f)), frame(1, Buffer.of(0x90, 0x1f))]

/** Ends once something came, as a server does that has answered. */
const answering =
  (...frames: Buffer[]) =>
  (socket: WebSocket): void => {
    socket.on('message', () => {
      for (const one of frames) socket.send(one)
      socket.close(1000)
    })
  }

const failureOf = (promise: Promise<unknown>): Promise<ExecError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as ExecError,
  )

describe('port-forward over a WebSocket', () => {
  let api: ApiDouble
  beforeEach(async () => (api = await startApiDouble()))
  afterEach(() => api.close())

  it('sends, and returns what came in pieces without the port', async () => {
    let asked: URLSearchParams | null = null
    let sent = ''
    api.onExec((socket, query) => {
      asked = query
      socket.on('message', (data: Buffer) => (sent = data.toString('latin1')))
      answering(...begins, frame(0, 'hel'), frame(0, 'lo'))(socket)
    })
    const cluster = await api.connect()
    expect(await cluster.forward(pod, 8080, 'GET')).to.deep.equal({ received: 'hello', error: '' })
    expect(sent).to.equal('\0GET')
    expect(String(asked)).to.equal('ports=8080')
  })

  it('returns why the node made no connection', async () => {
    api.onExec(answering(...begins, frame(1, 'connect: connection refused ')))
    const cluster = await api.connect()
    expect(await cluster.forward(pod, 8080, 'GET')).to.deep.equal({
      received: '',
      error: 'connect: connection refused ',
    })
  })

  it('connects again where the connection was lost, and notes it', async () => {
    api.onExec(
      (socket) => socket.terminate(),
      (socket) => socket.close(1000),
      answering(...begins, frame(0, 'hello')),
    )
    const cluster = await api.connect()
    expect((await cluster.forward(pod, 8080, 'GET')).received).to.equal('hello')
    expect(cluster.stats.retries.map(({ request }) => request)).to.deep.equal([
      'port-forward to 8080 of n/p',
      'port-forward to 8080 of n/p',
    ])
  })

  it('says what the server said when it refuses', async () => {
    const cluster = await api.connect()
    const error = await failureOf(cluster.forward(pod, 8080, 'GET'))
    expect(error).to.include({ kind: 'rejected', code: 404, said: 'pods "x" not found' })
    expect(error.message).to.equal('port-forward to 8080 of n/p: 404 pods "x" not found')
  })

  it('does not wait longer than it may for a server that never ends', async () => {
    api.onExec((socket) => {
      for (const one of begins) socket.send(one)
    })
    const cluster = await api.connect()
    const error = await failureOf(cluster.forward(pod, 8080, 'GET', { timeoutMs: 50 }))
    expect(error).to.be.instanceOf(ExecError)
    expect(error.message).to.equal('port-forward to 8080 of n/p: not ended within 50 ms')
  })
})
