import { expect } from 'chai'
import { WebSocket } from 'ws'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import { startSimulation, type Simulation } from '../../../sim/simulation.ts'

const pods = '/api/v1/namespaces/default/pods'

/** What came on each channel, whole. */
type Heard = Buffer[]

describe('port-forward', () => {
  let simulation: Simulation
  let server: string

  before(async () => {
    simulation = await startSimulation({ scenario: await loadScenario('small'), speed: Infinity })
    server = /server: (\S+)/.exec(simulation.kubeconfig)![1]!
    for (const [name, runtimeClassName] of [['plain'], ['kata', 'kata-qemu']] as const)
      await serving(name, runtimeClassName)
  })
  after(() => simulation.close())

  /** A pod that serves one page on port 8080, once it does. */
  async function serving(name: string, runtimeClassName: string | undefined): Promise<void> {
    const command = ['sh', '-c', 'mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www']
    const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
    const containers = [{ name: 'main', image: 'busybox:1.36', command, readinessProbe }]
    const { client } = simulation
    const { metadata } = await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { ...(runtimeClassName ? { runtimeClassName } : {}), containers },
    })
    const enough = AbortSignal.timeout(30_000)
    for await (const { object } of client.watch(pods, {
      resourceVersion: metadata.resourceVersion ?? '',
      signal: enough,
    })) {
      const { conditions = [] } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] }
      const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
      if (object.metadata.name === name && ready) return
    }
  }

  /** Asks for these ports, sends a GET to the first, and hears until the server closes. */
  function forward(name: string, query: string, protocol = 'v4.channel.k8s.io'): Promise<Heard> {
    const base64 = protocol.includes('base64')
    const socket = new WebSocket(`${server.replace('http', 'ws')}${pods}/${name}/portforward?${query}`, [protocol])
    const heard: Heard = []
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        const get = Buffer.from('GET / HTTP/1.0\r\n\r\n')
        socket.send(base64 ? `0${get.toString('base64')}` : Buffer.concat([Buffer.of(0), get]))
      })
      socket.on('message', (data: Buffer) => {
        const channel = base64 ? Number(data.toString()[0]) : data[0]!
        const bytes = base64 ? Buffer.from(data.toString().slice(1), 'base64') : data.subarray(1)
        heard[channel] = Buffer.concat([heard[channel] ?? Buffer.alloc(0), bytes])
      })
      socket.on('unexpected-response', (_request, response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += chunk.toString()))
        response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)))
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(heard))
    })
  }

  for (const protocol of ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io']) {
    it(`carries bytes to a pod of the default runtime: ${protocol}`, async () => {
      const [data, errors] = await forward('plain', 'ports=8080', protocol)
      expect(data?.readUInt16LE(0)).to.equal(8080)
      expect(data?.toString('latin1', 2)).to.match(/^HTTP\/1\.1 200 OK[^]*hello\n$/)
      expect(errors).to.deep.equal(Buffer.of(8080 & 255, 8080 >> 8))
    })
  }

  it('tells on the channel of errors that nothing listens, of each port by itself', async () => {
    const heard = await forward('plain', 'ports=8080&ports=81')
    expect(heard[0]?.toString('latin1', 2)).to.include('hello')
    expect(heard[2]).to.deep.equal(Buffer.of(81, 0))
    expect(heard[3]?.toString('latin1', 2)).to.match(
      /^error forwarding port 81 to pod [0-9a-f]{64}, uid : failed to execute portforward in network namespace "\/var\/run\/netns\/cni-[-0-9a-f]+": failed to connect to localhost:81 inside namespace "[0-9a-f]{64}", IPv4: dial tcp4 127\.0\.0\.1:81: connect: connection refused IPv6 dial tcp6 \[::1\]:81: connect: connection refused $/,
    )
  })

  it('does not reach a process in a VM: containerd 1.7 knocks at the loopback of the namespace on the node', async () => {
    const [data, errors] = await forward('kata', 'ports=8080')
    expect(data).to.have.length(2)
    expect(errors?.toString('latin1', 2)).to.match(/failed to connect to localhost:8080 inside namespace/)
  })

  for (const [query, why] of [
    ['', /400 query parameter "port" is required/],
    ['ports=0', /400 port "0" must be > 0/],
    ['ports=x', /400 unable to parse "x" as a port: strconv\.ParseUint: parsing "x": invalid syntax/],
    ['ports=70000', /400 unable to parse "70000" as a port: .* value out of range/],
  ] as const) {
    it(`refuses ${JSON.stringify(query)}`, async () => {
      const said = await forward('plain', query).then(
        () => 'accepted',
        (error: Error) => error.message,
      )
      expect(said).to.match(why)
    })
  }
})
