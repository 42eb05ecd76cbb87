import { expect } from 'chai'
import type { WebSocket } from 'ws'
import { ExecError } from '../../../helpers/cluster/execError.ts'
import { type ApiDouble, startApiDouble } from './apiDouble.ts'

const target = { namespace: 'n', name: 'p' }
const frame = (channel: number, text: string): Buffer => Buffer.concat([Buffer.of(channel), Buffer.from(text)])
const success = frame(3, JSON.stringify({ status: 'Success' }))
const exit = (code: number): Buffer =>
  frame(
    3,
    JSON.stringify({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
    }),
  )
const answers =
  (...frames: Buffer[]) =>
  (socket: WebSocket): void => {
    for (const one of frames) socket.send(one)
  }

async function failureOf(promise: Promise<unknown>): Promise<ExecError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).to.be.instanceOf(ExecError)
  return error as ExecError
}

describe('exec over a WebSocket', () => {
  let api: ApiDouble
  beforeEach(async () => (api = await startApiDouble()))
  afterEach(() => api.close())

  it('returns output and exit code, and asks for the command as it is', async () => {
    let query = new URLSearchParams()
    api.onExec((socket, asked) => {
      query = asked
      answers(frame(1, ''), frame(1, 'out '), frame(2, 'err'), frame(1, 'put'), exit(3))(socket)
    })
    const cluster = await api.connect()
    const result = await cluster.exec(target, ['sh', '-c', 'a && b'], { container: 'main' })
    expect(result).to.deep.equal({ stdout: 'out put', stderr: 'err', exitCode: 3 })
    expect(query.getAll('command')).to.deep.equal(['sh', '-c', 'a && b'])
    expect(query.get('container')).to.equal('main')
    expect(query.has('stdin')).to.equal(false)
  })

  it('takes a refusal of the kubelet for an answer, and a node that is not reached for none', async () => {
    const cluster = await api.connect()
    for (const [message, kind] of [
      ['unable to upgrade connection: container not found ("main")', 'rejected'],
      ['error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused', 'connect'],
    ] as const) {
      api.onUpgrade((socket) => {
        const body = JSON.stringify({ kind: 'Status', status: 'Failure', code: 500, reason: 'InternalError', message })
        socket.end(
          `HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${body}`,
        )
      })
      expect((await failureOf(cluster.exec(target, ['true']))).kind).to.equal(kind)
    }
  })

  it('sends stdin in pieces and then its end', async () => {
    api.onExec((socket) => {
      const got: Buffer[] = []
      socket.on('message', (data: Buffer) => {
        if (data[0] === 0) got.push(data.subarray(1))
        if (data[0] === 255 && data[1] === 0) answers(frame(1, String(Buffer.concat(got).length)), success)(socket)
      })
    })
    const cluster = await api.connect()
    expect((await cluster.exec(target, ['wc', '-c'], { stdin: 'x'.repeat(100_000) })).stdout).to.equal('100000')
  })

  it('says what the server said when it refuses', async () => {
    const cluster = await api.connect()
    const error = await failureOf(cluster.exec({ namespace: 'n', name: 'x' }, ['true']))
    expect(error).to.include({ kind: 'rejected', code: 404, said: 'pods "x" not found' })
  })

  it('says why a command cannot run', async () => {
    api.onExec(
      answers(
        frame(3, JSON.stringify({ status: 'Failure', reason: 'InternalError', message: 'executable file not found' })),
      ),
    )
    const cluster = await api.connect()
    expect(await failureOf(cluster.exec(target, ['nope']))).to.include({
      kind: 'rejected',
      said: 'executable file not found',
    })
  })

  it('settles when the connection closes without a status, with what had come', async () => {
    api.onExec((socket) => socket.send(frame(1, 'half'), () => socket.close(1000)))
    const cluster = await api.connect()
    expect(await failureOf(cluster.exec(target, ['cat']))).to.include({ kind: 'closed', stdout: 'half' })
  })

  it('settles when the connection is cut, and does not run the command again', async () => {
    let runs = 0
    api.onExec((socket) => {
      runs++
      socket.terminate()
    })
    const cluster = await api.connect()
    expect((await failureOf(cluster.exec(target, ['rm', 'x']))).kind).to.equal('closed')
    expect(runs).to.equal(1)
  })

  it('makes a read again after a cut connection and notes it', async () => {
    api.onExec((socket) => socket.terminate(), answers(frame(1, 'ok'), success))
    const cluster = await api.connect()
    expect((await cluster.exec(target, ['cat', 'x'], { readOnly: true })).stdout).to.equal('ok')
    expect(cluster.stats.retries).to.have.lengthOf(1)
  })

  it('makes a read that printed nothing again, but not when nothing is expected', async () => {
    api.onExec(answers(success), answers(frame(1, 'late'), success))
    const cluster = await api.connect()
    expect((await cluster.exec(target, ['cat', 'x'], { readOnly: true })).stdout).to.equal('late')
    let runs = 0
    api.onExec((socket) => {
      runs++
      answers(success)(socket)
    })
    await cluster.exec(target, ['test', '-e', 'x'], { readOnly: true, expectOutput: false })
    expect(runs).to.equal(1)
    await cluster.exec(target, ['cat', '/dev/null'], { readOnly: true })
    expect(runs).to.equal(1 + 3)
  })

  it('ends at its deadline and at the abort of its caller', async () => {
    api.onExec(() => undefined)
    const cluster = await api.connect()
    expect((await failureOf(cluster.exec(target, ['sleep', '9'], { timeoutMs: 50 }))).kind).to.equal('timeout')
    const abort = new AbortController()
    const running = cluster.exec(target, ['sleep', '9'], { signal: abort.signal })
    abort.abort(new Error('enough'))
    expect(await running.catch((error: Error) => error.message)).to.equal('enough')
  })

  it('runs at most eight commands at once in one pod', async () => {
    let running = 0
    let most = 0
    api.onExec((socket) => {
      most = Math.max(most, ++running)
      setImmediate(() => {
        running--
        answers(success)(socket)
      })
    })
    const cluster = await api.connect()
    await Promise.all(Array.from({ length: 30 }, () => cluster.exec(target, ['true'])))
    expect(most).to.be.at.most(8)
  })

  it('counts the time of a command from its turn', async () => {
    const held: WebSocket[] = []
    api.onExec((socket) => (held.length < 8 ? void held.push(socket) : answers(success)(socket)))
    const cluster = await api.connect()
    const others = Array.from({ length: 8 }, () => cluster.exec(target, ['true']))
    const late = cluster.exec(target, ['true'], { timeoutMs: 1000 })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    for (const socket of held) answers(success)(socket)
    expect((await late).exitCode).to.equal(0)
    await Promise.all(others)
  })

  it('leaves the queue when its caller does', async () => {
    api.onExec(() => undefined)
    const cluster = await api.connect()
    const others = new AbortController()
    const held = Array.from({ length: 8 }, () => cluster.exec(target, ['true'], { signal: others.signal }))
    const abort = new AbortController()
    const waiting = cluster.exec(target, ['true'], { signal: abort.signal })
    abort.abort(new Error('enough'))
    expect(await waiting.catch((error: Error) => error.message)).to.equal('enough')
    others.abort(new Error('over'))
    for (const each of held) expect(await each.catch((error: Error) => error.message)).to.equal('over')
  })
})
