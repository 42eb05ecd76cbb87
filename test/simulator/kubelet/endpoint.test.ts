import { expect } from 'chai'
import { WebSocket } from 'ws'
import { ready, startTestNode, type TestNode } from './testNode.ts'
import { restartsOf, waitingOf } from './seen.ts'

interface Answer {
  protocol: string
  stdout: string
  stderr: string
  status: {
    status: string
    reason?: string
    message?: string
    details?: { causes: { reason?: string; message: string }[] }
  }
  /** Channels in the order of their frames. */
  channels: number[]
}

function exec(
  node: TestNode,
  path: string,
  protocols = ['v5.channel.k8s.io'],
  onOpen: (socket: WebSocket) => void = () => {},
): Promise<Answer> {
  const socket = new WebSocket(`ws://${node.endpoint.address}:${node.endpoint.port}${path}`, protocols)
  const answer: Answer = { protocol: '', stdout: '', stderr: '', status: { status: '' }, channels: [] }
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      answer.protocol = socket.protocol
      onOpen(socket)
    })
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)))
    })
    socket.on('message', (data: Buffer) => {
      answer.channels.push(data[0]!)
      const text = data.subarray(1).toString()
      if (data[0] === 1) answer.stdout += text
      if (data[0] === 2) answer.stderr += text
      if (data[0] === 3 && text) answer.status = JSON.parse(text) as Answer['status']
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

const EXEC = '/exec/default/a/main'
const STREAMS = 'output=1&error=1'

describe('kubelet endpoint', () => {
  let node: TestNode
  before(async () => {
    node = await startTestNode()
    node.runtime.command = (argv) => ({
      stdout: `out ${argv.join(' ')}`,
      stderr: 'err',
      exitCode: argv[0] === 'false' ? 7 : 0,
    })
    await node.run('a')
    await node.until('a', ready, 'ready')
  })
  after(() => node.close())

  it('prefers v5 and always sends the status, never the close channel', async () => {
    const answer = await exec(node, `${EXEC}?command=echo&command=hi&${STREAMS}`, [
      'v4.channel.k8s.io',
      'v5.channel.k8s.io',
    ])
    expect(answer).to.include({ protocol: 'v5.channel.k8s.io', stdout: 'out echo hi', stderr: 'err' })
    expect(answer.status).to.deep.equal({ metadata: {}, status: 'Success' })
    expect(answer.channels).not.to.include(255)
  })

  it('speaks v4', async () => {
    expect(await exec(node, `${EXEC}?command=true&${STREAMS}`, ['v4.channel.k8s.io'])).to.include({
      protocol: 'v4.channel.k8s.io',
      stdout: 'out true',
    })
  })

  it('gives the exit code as a cause', async () => {
    const { status } = await exec(node, `${EXEC}?command=false&${STREAMS}`)
    expect(status).to.include({
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: error executing command [false], exit code 7',
    })
    expect(status.details?.causes).to.deep.equal([{ reason: 'ExitCode', message: '7' }])
  })

  it('keeps stderr out of a terminal', async () => {
    const answer = await exec(node, `${EXEC}?command=true&tty=1&${STREAMS}`)
    expect(answer.stderr).to.equal('')
  })

  it("ends stdin on the client's close frame", async () => {
    const answer = await exec(node, `${EXEC}?command=cat&input=1&${STREAMS}`, ['v5.channel.k8s.io'], (socket) => {
      socket.send(Buffer.from([0, ...Buffer.from('early')]))
      socket.send(Buffer.from([255, 0]))
    })
    expect(answer.stdout).to.equal('early')
    expect(answer.status.status).to.equal('Success')
  })

  it('tells of a command that is not there', async () => {
    const { status } = await exec(node, `${EXEC}?command=nosuch&${STREAMS}`)
    expect(status).to.include({ status: 'Failure', reason: 'InternalError' })
    expect(status.message).to.contain('executable file not found in $PATH')
  })

  it('refuses what is not there, before the upgrade', async () => {
    const refused = async (path: string) =>
      exec(node, path).then(
        () => 'accepted',
        (error: Error) => error.message,
      )
    expect(await refused('/exec/default/none/main?command=true')).to.match(/^404 pod "none" not found/)
    expect(await refused('/exec/default/a/other?command=true')).to.equal(
      '500 unable to upgrade connection: container not found ("other")',
    )
    expect(await refused('/portForward/default/a?port=80')).to.equal(
      '400 unable to negotiate a protocol: client offers [v5.channel.k8s.io], server has [v4.channel.k8s.io v4.base64.channel.k8s.io]',
    )
  })

  it('attaches to the output of the container', async () => {
    await node.run('attached')
    await node.until('attached', ready, 'ready')
    const id = node.runtime.ids('main').at(-1)!
    const answer = await exec(node, '/attach/default/attached/main?output=1', ['v5.channel.k8s.io'], () => {
      setImmediate(() => {
        node.runtime.print(id, 'hello')
        node.runtime.exit(id, 0)
      })
    })
    expect(answer.stdout).to.equal('hello\n')
    expect(answer.status.status).to.equal('Success')
  })

  describe('logs', () => {
    const logs = async (pod: string, query = ''): Promise<string> => {
      const response = await fetch(
        `http://${node.endpoint.address}:${node.endpoint.port}/containerLogs/default/${pod}/main${query}`,
      )
      return `${response.status} ${await response.text()}`
    }
    before(async () => {
      await node.run('talker', { restartPolicy: 'Always' })
      await node.until('talker', ready, 'ready')
      const id = node.runtime.ids('main').at(-1)!
      for (const text of ['one', 'two', 'three']) node.runtime.print(id, text)
    })

    it('come whole, in part and with times', async () => {
      expect(await logs('talker')).to.equal('200 one\ntwo\nthree\n')
      expect(await logs('talker', '?tailLines=1')).to.equal('200 three\n')
      expect(await logs('talker', '?limitBytes=6')).to.equal('200 one\ntw')
      expect(await logs('talker', '?timestamps=true&tailLines=1')).to.match(
        /^200 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/,
      )
      expect(await logs('talker', '?sinceTime=2199-01-01T00:00:00Z')).to.equal('200 ')
    })

    it('are followed to the end of the container, and kept as the previous ones', async () => {
      const id = node.runtime.ids('main').at(-1)!
      expect(await logs('talker', '?previous=true')).to.equal(
        '400 previous terminated container "main" in pod "talker" not found',
      )
      const followed = logs('talker', '?follow=true&tailLines=0')
      await new Promise((resolve) => setTimeout(resolve, 20))
      node.runtime.print(id, 'late')
      node.runtime.exit(id, 1)
      expect(await followed).to.equal('200 late\n')
      await node.until('talker', (pod) => ready(pod) && restartsOf(pod) === 1, 'restarted')
      expect(await logs('talker', '?previous=true&tailLines=1')).to.equal('200 late\n')
    })

    it('are refused while the container waits', async () => {
      await node.run('waiter', { containers: [{ name: 'main', image: 'never:1', imagePullPolicy: 'Never' }] })
      await node.until('waiter', (pod) => waitingOf(pod)?.reason === 'ErrImageNeverPull', 'waiting')
      expect(await logs('waiter')).to.equal(
        '400 container "main" in pod "waiter" is waiting to start: ErrImageNeverPull',
      )
    })

    it('are words of the kubelet in an answer of 200 where the runtime has lost the container', async () => {
      await node.run('lost')
      await node.until('lost', ready, 'ready')
      const id = node.runtime.ids('main').at(-1)!
      await node.runtime.removeContainer(id)
      expect(await logs('lost')).to.equal(`200 unable to retrieve container logs for containerd://${id}`)
    })
  })
})
