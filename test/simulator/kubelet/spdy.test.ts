import { connect, type Socket } from 'node:net'
import { expect } from 'chai'
import { ready, startTestNode, type TestNode } from './testNode.ts'

/**
 * What kubectl 1.34.4 sent after the answer 101 to `printf hello | kubectl exec -i POD -- cat`: SYN_STREAM of error (1), stdin (3), stdout (5) and stderr (7),
 * then hello and the end of stream 3.
 */
const recorded =
  'gAMAAQAAACkAAAABAAAAAAAAePnjxqfCYmBgYASns5Ki1MRcaFHCmgoKaAAAAAD//4ADAAEAAAAXAAAAAwAAAAAAAMIuVVySkpkHAAAA//+AAwABAAAAGQAAAAUAAAAAAADCKsVWXJKSX1oC' +
  'AAAA//+AAwABAAAAFQAAAAcAAAAAAADCKZdaVAQAAAD//wAAAAMAAAAFaGVsbG8AAAADAQAAAA=='

const EXEC = '/exec/default/a/main?command=cat&input=1&output=1&error=1'

interface Answer {
  head: string
  /** Types of control frames, in order. */
  control: number[]
  /** Of each stream: what came, and whether its end was said. */
  streams: Map<number, { text: string; ended: boolean }>
}

/** @param after sent once the answer to the request is there */
function ask(node: TestNode, path: string, protocols: readonly string[], after: Buffer): Promise<Answer> {
  const socket: Socket = connect(node.endpoint.port, node.endpoint.address)
  const offered = protocols.map((protocol) => `X-Stream-Protocol-Version: ${protocol}\r\n`).join('')
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${offered}\r\n`)
  let received = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    if (received.length === 0 && data.includes(' 101 ')) socket.write(after)
    received = Buffer.concat([received, data])
  })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('end', () => {
      socket.end()
      resolve(parse(received))
    })
  })
}

function parse(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n') + 4
  const answer: Answer = { head: bytes.subarray(0, end).toString(), control: [], streams: new Map() }
  if (!answer.head.includes(' 101 ')) return { ...answer, head: bytes.toString() }
  for (let at = end; at < bytes.length;) {
    const first = bytes.readUInt32BE(at)
    const length = bytes.readUInt32BE(at + 4) & 0xff_ffff
    if (first >>> 31) answer.control.push(first & 0xffff)
    else {
      const { text, ended } = answer.streams.get(first) ?? { text: '', ended: false }
      const data = bytes.toString('utf8', at + 8, at + 8 + length)
      answer.streams.set(first, { text: text + data, ended: ended || bytes[at + 4] === 1 })
    }
    at += 8 + length
  }
  return answer
}

describe('kubelet endpoint over SPDY', () => {
  let node: TestNode
  before(async () => {
    node = await startTestNode()
    await node.run('a')
    await node.until('a', ready, 'ready')
  })
  after(() => node.close())

  it('serves kubectl: replies to each stream, gives output and status, and says the end of each', async () => {
    const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
    const { head, control, streams } = await ask(node, EXEC, protocols, Buffer.from(recorded, 'base64'))
    expect(head)
      .to.match(/^HTTP\/1.1 101 /)
      .and.to.include('X-Stream-Protocol-Version: v4.channel.k8s.io\r\n')
    expect(control, 'four times SYN_REPLY, then GOAWAY').to.deep.equal([2, 2, 2, 2, 7])
    expect(streams.get(5)).to.deep.equal({ text: 'hello', ended: true })
    expect(streams.get(7)?.ended).to.equal(true)
    expect(JSON.parse(streams.get(1)?.text ?? '')).to.deep.equal({ metadata: {}, status: 'Success' })
    expect(streams.get(1)?.ended).to.equal(true)
  })

  it('answers a ping with the same', async () => {
    const ping = Buffer.from('800300060000000400000001', 'hex')
    const bytes = Buffer.concat([ping, Buffer.from(recorded, 'base64')])
    const { control } = await ask(node, EXEC, ['v4.channel.k8s.io'], bytes)
    expect(control[0]).to.equal(6)
  })

  it('refuses a protocol that it does not speak, and what is no SPDY ends the connection', async () => {
    expect((await ask(node, EXEC, ['v2.channel.k8s.io'], Buffer.alloc(0))).head).to.match(
      /^HTTP\/1.1 403 [\s\S]*client supports \[v2.channel.k8s.io\], server accepts \[v4.channel.k8s.io\]$/,
    )
    const garbage = Buffer.from('8003000100000010000000010000000000000000deadbeefdeadbeef', 'hex')
    expect((await ask(node, EXEC, ['v4.channel.k8s.io'], garbage)).streams.size).to.equal(0)
  })
})
