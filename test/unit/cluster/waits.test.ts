import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import { type ApiDouble, emptyEvents, json, openWatch, podList, podOf, startApiDouble, status } from './apiDouble.ts'

const pods = 'GET /api/v1/namespaces/n/pods'
const events = 'GET /api/v1/namespaces/n/events'
const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' }
const running = (pod: KubeObject): boolean => (pod['status'] as { phase: string }).phase === 'Running'
const soon = { what: 'phase Running', timeoutMs: 5000 }

async function waitErrorOf(promise: Promise<unknown>): Promise<WaitError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).to.be.instanceOf(WaitError)
  return error as WaitError
}

describe('waits on a shared watch', () => {
  let api: ApiDouble
  let cluster: Cluster
  /** The response of each watch on pods that was opened, in order. */
  let opened: ServerResponse[]
  let onOpen: (response: ServerResponse) => void

  const watchOpened = (): Promise<ReturnType<typeof openWatch>> =>
    new Promise((resolve) => (onOpen = (response) => resolve(openWatch(response))))

  beforeEach(async () => {
    api = await startApiDouble()
    opened = []
    onOpen = openWatch
    api.on(events, (_, response) => json(response, emptyEvents))
    api.on(`${events}?watch`, (_, response) => void openWatch(response))
    api.on(pods, (_, response) => json(response, podList('10')))
    api.on(`${pods}?watch`, (_, response) => {
      opened.push(response)
      onOpen(response)
    })
    cluster = await api.connect()
  })
  afterEach(() => api.close())

  const watchesOnPods = () => api.asked.filter(({ path, query }) => path.endsWith('/pods') && query.has('watch'))

  it('resolves with the object as soon as the watch shows the state', async () => {
    const watch = watchOpened()
    const waiting = cluster.waitFor(ref, running, soon)
    ;(await watch).send('ADDED', podOf('p', '11', 'Pending'))
    ;(await watch).send('MODIFIED', podOf('p', '12', 'Running'))
    expect((await waiting).metadata.resourceVersion).to.equal('12')
  })

  it('opens one watch for many waits', async () => {
    const watch = watchOpened()
    const names = Array.from({ length: 50 }, (_, index) => `p${index}`)
    const waiting = Promise.all(names.map((name) => cluster.waitFor({ ...ref, name }, running, soon)))
    for (const name of names) (await watch).send('ADDED', podOf(name, '11', 'Running'))
    await waiting
    expect(watchesOnPods()).to.have.lengthOf(1)
    expect(cluster.stats.watches).to.equal(2)
  })

  it('goes on from the last bookmark when the connection is cut', async () => {
    const first = watchOpened()
    const waiting = cluster.waitFor(ref, running, soon)
    const watch = await first
    const second = watchOpened()
    watch.send('BOOKMARK', { metadata: { resourceVersion: '20' } })
    watch.end()
    ;(await second).send('ADDED', podOf('p', '21', 'Running'))
    await waiting
    expect(watchesOnPods().map(({ query }) => query.get('resourceVersion'))).to.deep.equal(['10', '20'])
  })

  it('says at the deadline that the server did not answer, rather than nothing', async () => {
    const watch = watchOpened()
    api.on(`${pods}?name=p`, (_, response) => status(response, 400, 'BadRequest', 'not now'))
    const waiting = waitErrorOf(cluster.waitFor(ref, running, { ...soon, timeoutMs: 1000 }))
    ;(await watch).send('ADDED', podOf('p', '11', 'Pending'))
    expect((await waiting).trouble).to.match(/^it could not be read at the end: .*not now/)
  })

  it('asks the server for events, whatever the watch has brought', async () => {
    const event = (name: string, resourceVersion: string, reason: string): object => ({
      metadata: { name, namespace: 'n', resourceVersion },
      involvedObject: { name: 'p', uid: 'uid-p' },
      reason,
    })
    const list = (...items: object[]) => ({ ...emptyEvents, items })
    api.on(
      `${events}?name=involvedObject.name=p`,
      (_, response) => json(response, list(event('a', '5', 'Pulled'))),
      (_, response) => json(response, list(event('a', '5', 'Pulled'), event('b', '6', 'Killing'))),
    )
    const of = { namespace: 'n', name: 'p', uid: 'uid-p' }
    await cluster.eventsOf(of)
    expect((await cluster.eventsOf(of)).map((each) => each['reason'])).to.deep.equal(['Pulled', 'Killing'])
  })

  it('lists again after 410, and sees there what it missed', async () => {
    const first = watchOpened()
    const waiting = cluster.waitFor(ref, running, soon)
    const watch = await first
    api.on(pods, (_, response) => json(response, podList('30', podOf('p', '29', 'Running'))))
    watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' })
    watch.end()
    await waiting
    expect(cluster.stats.watches).to.equal(2)
  })

  it('fails early when the state cannot be reached any more, and says why', async () => {
    const watch = watchOpened()
    const unreachable = (pod: KubeObject) =>
      (pod['status'] as { phase: string }).phase === 'Failed' ? 'it failed' : null
    const waiting = waitErrorOf(cluster.waitFor(ref, running, { ...soon, unreachable }))
    ;(await watch).send('ADDED', podOf('p', '11', 'Failed'))
    const error = await waiting
    expect(error).to.include({ end: 'unreachable', because: 'it failed' })
    expect(error.message).to.match(
      /Pod n\/p: phase Running can no longer come, after .*: it failed\nlast state: phase Failed/,
    )
  })

  it('judges by the events of the object, not of its namesake', async () => {
    let sendEvent: (event: object) => void = () => undefined
    api.on(`${events}?watch`, (_, response) => {
      const watch = openWatch(response)
      sendEvent = (event) => watch.send('ADDED', event)
    })
    const watch = watchOpened()
    const seen: number[] = []
    const unreachable = (_: KubeObject, about: readonly KubeObject[]) => {
      seen.push(about.length)
      return about.length > 0 ? String(about[0]?.['reason']) : null
    }
    const waiting = waitErrorOf(cluster.waitFor({ ...ref, uid: 'uid-p' }, running, { ...soon, unreachable }))
    ;(await watch).send('ADDED', podOf('p', '11', 'Pending'))
    const event = (name: string, uid: string, reason: string) => ({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name, namespace: 'n', resourceVersion: '1' },
      involvedObject: { kind: 'Pod', name: 'p', uid },
      type: 'Warning',
      reason,
    })
    while (seen.length === 0) await new Promise(setImmediate)
    sendEvent(event('e1', 'uid-of-another', 'Foreign'))
    sendEvent(event('e2', 'uid-p', 'FailedCreatePodSandBox'))
    expect((await waiting).because).to.equal('FailedCreatePodSandBox')
  })

  it('says last state and events at the deadline, after asking once more', async () => {
    api.on(`${pods}?name=p`, (_, response) => json(response, podList('12', podOf('p', '12', 'Pending'))))
    const error = await waitErrorOf(cluster.waitFor(ref, running, { what: 'phase Running', timeoutMs: 50 }))
    expect(error.end).to.equal('deadline')
    expect(error.message).to.contain('last state: phase Pending').and.to.contain('no events')
  })

  it('believes the API server rather than a late watch', async () => {
    api.on(`${pods}?name=p`, (_, response) => json(response, podList('12', podOf('p', '12', 'Running'))))
    expect(
      (await cluster.waitFor(ref, running, { what: 'phase Running', timeoutMs: 50 })).metadata.resourceVersion,
    ).to.equal('12')
  })

  it('ends when the object with the UID is deleted, and waits for a successor without one', async () => {
    const watch = watchOpened()
    const exact = waitErrorOf(cluster.waitFor({ ...ref, uid: 'uid-p' }, running, soon))
    const any = cluster.waitFor(ref, running, soon)
    const { send } = await watch
    send('ADDED', podOf('p', '11', 'Pending'))
    send('DELETED', podOf('p', '12', 'Pending'))
    send('ADDED', podOf('p', '13', 'Running', 'another'))
    expect((await exact).end).to.equal('deleted')
    expect((await any).metadata.uid).to.equal('another')
  })

  it('takes the state that the object had when it was deleted', async () => {
    const watch = watchOpened()
    const exact = cluster.waitFor({ ...ref, uid: 'uid-p' }, running, soon)
    const any = cluster.waitFor(ref, running, soon)
    const { send } = await watch
    send('ADDED', podOf('p', '11', 'Pending'))
    send('DELETED', podOf('p', '12', 'Running'))
    send('ADDED', podOf('p', '13', 'Running', 'another'))
    expect((await exact).metadata.resourceVersion).to.equal('12')
    expect((await any).metadata.uid).to.equal('another')
  })

  it('takes the last state of an object that is gone from the watch, when an answer overtakes it', async () => {
    const opening = watchOpened()
    const pod = podOf('p', '11', 'Running')
    api.on(pods, (_, response) => json(response, podList('11', pod)))
    await cluster.waitFor(ref, running, soon)
    const watch = await opening
    api.on(`${pods}?name=p`, (_, response) => {
      json(response, podList('13'))
      setTimeout(() => {
        watch.send('MODIFIED', podOf('p', '12', 'Failed'))
        watch.send('DELETED', podOf('p', '13', 'Failed'))
      }, 50)
    })
    const failed = ({ status }: KubeObject): boolean => (status as { phase: string }).phase === 'Failed'
    const target = { ...ref, uid: pod.metadata.uid ?? '' }
    const seen = await cluster.waitFor(target, failed, { ...soon, what: 'phase Failed', fresh: true })
    expect(seen.metadata.resourceVersion).to.equal('12')
  })

  it('takes only an empty answer or a DELETED for a deletion, not absence from a young watch', async () => {
    let gone = false
    api.on(`${pods}?name=p`, (_, response) =>
      json(response, gone ? podList('13') : podList('11', podOf('p', '11', 'Running'))),
    )
    const watch = watchOpened()
    let settled = false
    const waiting = cluster
      .waitForDeleted({ ...ref, uid: 'uid-p' }, { what: 'deletion', timeoutMs: 5000 })
      .then(() => (settled = true))
    const { send } = await watch
    while (!api.asked.some(({ query }) => query.get('fieldSelector') === 'metadata.name=p'))
      await new Promise(setImmediate)
    expect(settled).to.equal(false)
    send('ADDED', podOf('p', '11', 'Running'))
    send('DELETED', podOf('p', '12', 'Running'))
    await waiting
    gone = true
    await cluster.waitForDeleted({ ...ref, uid: 'uid-p' }, { what: 'deletion', timeoutMs: 5000 })
  })

  it('tells at once that watching is not permitted, and starts anew later', async () => {
    api.on(pods, (_, response) =>
      status(response, 403, 'Forbidden', 'pods is forbidden: User "u" cannot list resource "pods"'),
    )
    const error = await cluster.waitFor(ref, running, soon).catch((thrown: Error) => thrown)
    expect(error)
      .to.have.property('message')
      .that.matches(/^not permitted: .* cannot list resource "pods"/)
    api.on(pods, (_, response) => json(response, podList('10', podOf('p', '9', 'Running'))))
    await cluster.waitFor(ref, running, soon)
  })

  it('ends with the reason of its signal', async () => {
    const abort = new AbortController()
    const waiting = cluster.waitFor(ref, running, { ...soon, signal: abort.signal })
    abort.abort(new Error('the run was stopped'))
    expect(await waiting.catch((error: Error) => error.message)).to.equal('the run was stopped')
  })
})
