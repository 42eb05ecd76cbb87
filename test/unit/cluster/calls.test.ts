import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { ApiError } from '../../../helpers/cluster/apiError.ts'
import { type ApiDouble, json, podList, podOf, startApiDouble, status } from './apiDouble.ts'
import { connect } from '../../../helpers/cluster/connect.ts'

const pods = '/api/v1/namespaces/n/pods'
const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' }
const cut = (_: unknown, response: ServerResponse): void => void response.destroy()
const ours = {
  ...podOf('p', '', 'Pending'),
  metadata: { name: 'p', namespace: 'n', labels: { 'kata-conformance.dev/run': 'r1' } },
}

async function apiErrorOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).to.be.instanceOf(ApiError)
  return error as ApiError
}

describe('calls of the API', () => {
  let api: ApiDouble
  beforeEach(async () => (api = await startApiDouble()))
  afterEach(() => api.close())

  it('repeats a read after a cut connection and 503, and notes why', async () => {
    const busy = (_: unknown, response: ServerResponse): void =>
      status(response, 503, 'ServiceUnavailable', 'apiserver is shutting down')
    api.on(`GET ${pods}/p`, cut, busy, (_, response) => json(response, podOf('p', '1', 'Running')))
    const cluster = await api.connect()
    expect((await cluster.get(ref)).metadata.name).to.equal('p')
    expect(cluster.stats.retries.map(({ because }) => because)).to.deep.equal(['Connection', '503 ServiceUnavailable'])
  })

  it('gives up a connection on which nothing comes, and asks on another one', async () => {
    const silent = (): void => undefined
    api.on(`GET ${pods}/p`, silent, (_, response) => json(response, podOf('p', '1', 'Running')))
    const cluster = await api.connect({ silentMs: 200 })
    expect((await cluster.get(ref)).metadata.name).to.equal('p')
    expect(cluster.stats.retries.map(({ because }) => because)).to.deep.equal(['Timeout'])
  })

  it('waits as long as Retry-After says', async () => {
    const overloaded = (_: unknown, response: ServerResponse): void =>
      void response.writeHead(429, { 'retry-after': '0', 'content-type': 'text/plain' }).end('Too many requests')
    api.on(`POST ${pods}`, overloaded, (asked, response) => json(response, asked.body, 201))
    const cluster = await api.connect()
    await cluster.create(podOf('p', '', 'Pending'))
    expect(cluster.stats.retries[0]?.because).to.equal('429 TooManyRequests')
  })

  it('does not repeat a create that may have happened', async () => {
    api.on(`POST ${pods}`, cut)
    const cluster = await api.connect()
    await apiErrorOf(cluster.create(podOf('p', '', 'Pending')))
    expect(api.asked.filter(({ method }) => method === 'POST')).to.have.lengthOf(1)
  })

  it("repeats a create of the run, and takes a 409 for its own first try when the run's label is there", async () => {
    api.on(`POST ${pods}`, cut, (_, response) => status(response, 409, 'AlreadyExists', 'pods "p" already exists'))
    api.on(`GET ${pods}?name=p`, (_, response) =>
      json(response, podList('1', { ...ours, metadata: { ...ours.metadata, uid: 'u1' } })),
    )
    const cluster = await api.connect()
    expect((await cluster.create(ours)).metadata.uid).to.equal('u1')
  })

  it('does not take the pod of another run for its own', async () => {
    api.on(`POST ${pods}`, cut, (_, response) => status(response, 409, 'AlreadyExists', 'pods "p" already exists'))
    api.on(`GET ${pods}?name=p`, (_, response) =>
      json(
        response,
        podList('1', { ...ours, metadata: { ...ours.metadata, labels: { 'kata-conformance.dev/run': 'r2' } } }),
      ),
    )
    const cluster = await api.connect()
    expect((await apiErrorOf(cluster.create(ours))).reason).to.equal('AlreadyExists')
  })

  it('does not take what another run of the same id has made for its own', async () => {
    const madeBy = (maker: string) => ({
      ...ours,
      metadata: { ...ours.metadata, annotations: { 'kata-conformance.dev/maker': maker } },
    })
    api.on(`POST ${pods}`, cut, (_, response) => status(response, 409, 'AlreadyExists', 'pods "p" already exists'))
    api.on(`GET ${pods}?name=p`, (_, response) => json(response, podList('1', madeBy('another'))))
    const cluster = await api.connect()
    expect((await apiErrorOf(cluster.create(madeBy('me')))).reason).to.equal('AlreadyExists')
    api.on(`POST ${pods}`, cut, (_, response) => status(response, 409, 'AlreadyExists', 'pods "p" already exists'))
    api.on(`GET ${pods}?name=p`, (_, response) => json(response, podList('1', madeBy('me'))))
    expect((await cluster.create(madeBy('me'))).metadata.name).to.equal('p')
  })

  it('asks for strict validation, with fields as they are', async () => {
    api.on(`POST ${pods}`, (asked, response) => json(response, asked.body, 201))
    const cluster = await api.connect()
    await cluster.create({ ...podOf('p', '', 'Pending'), nonsense: 1 }, { dryRun: true })
    const asked = api.asked.at(-1)
    expect(asked?.query.get('fieldValidation')).to.equal('Strict')
    expect(asked?.query.get('dryRun')).to.equal('All')
    expect(asked?.body).to.have.property('nonsense', 1)
  })

  it('reads all pages of a list', async () => {
    api.on(`GET ${pods}`, (asked, response) => {
      const second = asked.query.get('continue') === 'next'
      const metadata = second ? { resourceVersion: '5' } : { resourceVersion: '5', continue: 'next' }
      json(response, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata,
        items: [{ metadata: { name: second ? 'b' : 'a' } }],
      })
    })
    const cluster = await api.connect()
    const items = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'n', labelSelector: 'a=b' })
    expect(items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal(['Pod a', 'Pod b'])
    expect(api.asked.at(-1)?.query.get('labelSelector')).to.equal('a=b')
    const kept = await cluster.listAs(
      { apiVersion: 'v1', kind: 'Pod', namespace: 'n' },
      ({ metadata }) => metadata.name,
    )
    expect(kept).to.deep.equal(['a', 'b'])
  })

  it('deletes by UID, and tells what was gone already', async () => {
    api.on(
      `DELETE ${pods}/p`,
      (asked, response) => json(response, asked.body),
      (_, response) => status(response, 404, 'NotFound', 'gone'),
      (_, response) => status(response, 409, 'Conflict', 'the UID in the precondition'),
    )
    api.on(`GET ${pods}?name=p`, (_, response) =>
      json(response, { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'p', uid: 'another' } }] }),
    )
    const cluster = await api.connect()
    expect(await cluster.delete({ ...ref, uid: 'u' })).to.equal(true)
    expect(api.asked.at(-1)?.body).to.deep.include({ preconditions: { uid: 'u' } })
    expect(await cluster.delete({ ...ref, uid: 'u' })).to.equal(false)
    expect(await cluster.delete({ ...ref, uid: 'u' })).to.equal(false)
  })

  it('never takes a refused delete for an object that is gone', async () => {
    const conflict = (message: string) => (_: unknown, response: Parameters<typeof status>[0]) =>
      status(response, 409, 'Conflict', message)
    const metadata = { name: 'p', uid: 'u' }
    api.on(`DELETE ${pods}/p`, conflict('all content is being removed'), conflict('the object has been modified'))
    api.on(
      `GET ${pods}?name=p`,
      (_, response) =>
        json(response, {
          kind: 'PodList',
          apiVersion: 'v1',
          items: [{ metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
        }),
      (_, response) => json(response, { kind: 'PodList', apiVersion: 'v1', items: [{ metadata }] }),
    )
    const cluster = await api.connect()
    expect(await cluster.delete({ ...ref, uid: 'u' }), 'on its way').to.equal(true)
    const error = await cluster.delete({ ...ref, uid: 'u' }).catch((thrown: Error) => thrown.message)
    expect(error).to.include('the object has been modified')
  })

  it('counts a delete whose answer was lost as done', async () => {
    api.on(`DELETE ${pods}/p`, cut, (_, response) => status(response, 404, 'NotFound', 'gone'))
    const cluster = await api.connect()
    expect(await cluster.delete({ ...ref, uid: 'u' })).to.equal(true)
  })

  it('finds null where there is nothing, and no kind that the cluster lacks', async () => {
    const cluster = await api.connect()
    expect(await cluster.find(ref)).to.equal(null)
    expect(
      (await apiErrorOf(cluster.get({ apiVersion: 'cilium.io/v2', kind: 'CiliumNode', name: 'x' }))).reason,
    ).to.equal('UnknownKind')
  })

  it('ends at its deadline with what went wrong last', async () => {
    api.on(`GET ${pods}/p`, cut)
    const cluster = await api.connect()
    const error = await apiErrorOf(cluster.get(ref, { timeoutMs: 60 }))
    expect(error.reason).to.equal('Timeout')
    expect(error.message).to.match(/within 60 ms; last: the connection to .* broke/)
  })

  it('sends the token, and says in one line that it is not accepted', async () => {
    api.on(`GET ${pods}/p`, (_, response) => status(response, 401, 'Unauthorized', 'Unauthorized'))
    const cluster = await api.connect()
    expect((await apiErrorOf(cluster.get(ref))).message).to.match(
      /does not accept the credentials of the kubeconfig \(401 Unauthorized\)/,
    )
    expect(api.asked.at(-1)?.headers.authorization).to.equal('Bearer secret')
  })

  it('follows logs line by line and ends quietly at an abort', async () => {
    api.on(`GET ${pods}/p/log`, (_, response) => {
      response.write('one\ntw')
      setImmediate(() => response.write('o\nthree\n'))
    })
    const cluster = await api.connect()
    const abort = new AbortController()
    const lines: string[] = []
    for await (const line of cluster.followLogs({ namespace: 'n', name: 'p' }, { signal: abort.signal })) {
      lines.push(line)
      if (lines.length === 3) abort.abort()
    }
    expect(lines).to.deep.equal(['one', 'two', 'three'])
  })
})

describe('connecting', () => {
  it('asks a credential plugin once, and once more after a 401', async () => {
    const api = await startApiDouble()
    const folder = mkdtempSync(path.join(tmpdir(), 'plugin-'))
    const runs = path.join(folder, 'runs')
    const plugin = path.join(folder, 'plugin')
    const script = `#!/bin/sh
echo run >>${runs}
echo "{\\"kind\\": \\"ExecCredential\\", \\"status\\": {\\"token\\": \\"token-$(grep -c run ${runs})\\"}}"
`
    writeFileSync(plugin, script, { mode: 0o755 })
    const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin } }
    const kubeconfig = api.kubeconfig({ user })
    api.on(`GET ${pods}/p`, ({ headers }, response) =>
      headers.authorization === 'Bearer token-1'
        ? json(response, podOf('p', '1', 'Running'))
        : status(response, 401, 'Unauthorized', 'Unauthorized'),
    )
    const cluster = await api.connect({ kubeconfig })
    await Promise.all([cluster.get(ref), cluster.get(ref)])
    expect(readFileSync(runs, 'utf8')).to.equal('run\n')
    api.on(`GET ${pods}/p`, ({ headers }, response) =>
      headers.authorization === 'Bearer token-2'
        ? json(response, podOf('p', '1', 'Running'))
        : status(response, 401, 'Unauthorized', 'Unauthorized'),
    )
    await cluster.get(ref)
    await api.close()
  })

  it('says that nothing listens', async () => {
    const api = await startApiDouble()
    const error = await apiErrorOf(connect({ kubeconfig: api.kubeconfig({ server: 'http://127.0.0.1:1' }) }))
    expect(error.message).to.match(/^nothing listens at http:\/\/127.0.0.1:1 \(connection refused\)/)
    await api.close()
  })

  it('says that what answers is no Kubernetes', async () => {
    const api = await startApiDouble()
    api.on(
      'GET /version',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Welcome to nginx!</title>'),
    )
    expect((await apiErrorOf(api.connect())).message).to.match(
      /answered with a web page \(Welcome to nginx!\), not with the Kubernetes API: is this the address of a proxy or of a login page\?$/,
    )
    api.on('GET /version', (_, response) => void response.writeHead(302, { location: 'https://login.example/' }).end())
    expect((await apiErrorOf(api.connect())).message).to.match(
      /answered with a redirection to https:\/\/login\.example\/, not with the Kubernetes API/,
    )
    api.on('GET /version', (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'))
    expect((await apiErrorOf(api.connect())).message).to.match(/it answered 200 with text\/plain \(ok\)$/)
    api.on('GET /version', (_, response) => json(response, { hello: 'world' }))
    expect((await apiErrorOf(api.connect())).message).to.match(
      /does not speak the Kubernetes API: it answered 200 with application\/json \({"hello":"world"}\)$/,
    )
    api.on(
      'GET /version',
      (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<title>Bad gateway</title>'),
    )
    expect((await apiErrorOf(api.connect())).message).to.match(
      /does not speak the Kubernetes API: it answered 502 with text\/html \(Bad gateway\)/,
    )
    await api.close()
  })
})
