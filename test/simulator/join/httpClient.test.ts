import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { startApiServer, type ApiServer } from '../../../sim/apiserver/apiServer.ts'
import { createClock } from '../../../sim/clock.ts'
import { createHttpClient, type HttpClient } from '../../../sim/join/httpClient.ts'
import { KubeApiError, type WatchEvent } from '../../../sim/kubeClient.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string, data = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

const clientOf = (server: string): Promise<HttpClient> =>
  createHttpClient({ server, context: 'test', credentials: async () => ({ headers: {}, tls: {} }) })

describe('client of the simulated kubelets over HTTP', () => {
  let api: ApiServer
  let client: HttpClient
  before(async () => {
    api = await startApiServer({ clock: createClock(Infinity), admission: { runtimeClass: true, podSecurity: true } })
    const { clusters } = load(api.kubeconfig()) as { clusters: { cluster: { server: string } }[] }
    client = await clientOf(clusters[0]!.cluster.server)
  })
  after(async () => {
    await client.close()
    await api.close()
  })

  it('writes and reads; items of a list know what they are', async () => {
    await client.create(MAPS, map('a', { one: '1' }))
    await client.patch(`${MAPS}/a`, { data: { two: '2' } })
    expect(await client.get(`${MAPS}/a`)).to.deep.include({ data: { one: '1', two: '2' } })
    const { items } = await client.list(MAPS, { fieldSelector: 'metadata.name=a' })
    expect(items[0]).to.include({ kind: 'ConfigMap', apiVersion: 'v1' })
    await client.delete(`${MAPS}/a`)
    expect(await codeOf(client.get(`${MAPS}/a`))).to.equal(404)
  })

  it('deletes only the object of that uid', async () => {
    await client.create(MAPS, map('b'))
    expect(await codeOf(client.delete(`${MAPS}/b`, { uid: 'another' }))).to.equal(409)
  })

  it('watches until it is told to stop, and ends quietly then', async () => {
    const { resourceVersion } = await client.list(MAPS)
    const stop = new AbortController()
    const seen: WatchEvent[] = []
    const watching = (async () => {
      for await (const event of client.watch(MAPS, { resourceVersion, signal: stop.signal })) {
        seen.push(event)
        if (event.type === 'DELETED') stop.abort()
      }
    })()
    await client.create(MAPS, map('c'))
    await client.delete(`${MAPS}/c`)
    await watching
    expect(seen.map(({ type, object }) => `${type} ${object.metadata.name}`)).to.deep.equal(['ADDED c', 'DELETED c'])
  })
})

describe('client of the simulated kubelets on a server in trouble', () => {
  const answers: number[] = []
  let asked = 0
  let server: Server
  let client: HttpClient
  before(async () => {
    server = createServer((_request, response) => {
      asked += 1
      const code = answers.shift() ?? 200
      const status = { kind: 'Status', code, reason: 'Because', message: `answer ${code}` }
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    client = await clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  after(async () => {
    await client.close()
    await new Promise((resolve) => server.close(resolve))
  })

  it('asks again where the server asks for patience', async () => {
    asked = 0
    answers.push(429, 503)
    await client.get('/api/v1/nodes/a')
    expect(asked).to.equal(3)
  })

  it('takes a refusal for an answer', async () => {
    asked = 0
    answers.push(403)
    expect(await codeOf(client.get('/api/v1/nodes/a'))).to.equal(403)
    expect(asked).to.equal(1)
  })
})

const codeOf = (promise: Promise<unknown>): Promise<number | null> =>
  promise.then(
    () => null,
    (error) => (error instanceof KubeApiError ? error.code : -1),
  )
