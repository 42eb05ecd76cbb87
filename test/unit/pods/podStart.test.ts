import { expect } from 'chai'
import { loadImages } from '../../../helpers/pods/images.ts'
import { busybox } from '../../../helpers/pods/pod.ts'
import type { Pod } from '../../../helpers/pods/podBuilder.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import { startPod } from '../../../helpers/pods/podStart.ts'
import { PodStartError } from '../../../helpers/pods/podStartError.ts'
import { type ApiDouble, emptyEvents, json, openWatch, podList, startApiDouble, status } from '../cluster/apiDouble.ts'

const pods = '/api/v1/namespaces/n/pods'

describe('starting a pod', () => {
  let api: ApiDouble
  /** The states that the pod goes through once it is created. */
  let course: object[]
  beforeEach(async () => {
    api = await startApiDouble()
    course = []
    let send: (type: string, object: object) => void = () => undefined
    api.on('GET /api/v1/namespaces/n/events', (_, response) => json(response, emptyEvents))
    api.on('GET /api/v1/namespaces/n/events?watch', (_, response) => void openWatch(response))
    api.on(`GET ${pods}`, (_, response) => json(response, podList('1')))
    const made = (): object => ({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '2' },
    })
    api.on(`GET ${pods}?watch`, (_, response) => {
      send = openWatch(response).send
      course.forEach((status, index) =>
        send('MODIFIED', {
          ...made(),
          metadata: { name: 'x', namespace: 'n', uid: 'u', resourceVersion: String(3 + index) },
          spec: { nodeName: 'node-1', restartPolicy: 'Never', containers: [{ name: 'main' }] },
          status,
        }),
      )
    })
    api.on(`POST ${pods}`, (_, response) => json(response, made(), 201))
    api.on(`GET ${pods}?name=x`, (_, response) =>
      json(response, podList('9', { ...made(), spec: { nodeName: 'node-1' }, status: course.at(-1) })),
    )
  })
  afterEach(() => api.close())

  const start = async (asked: Pod): Promise<PodHandle> => {
    const cluster = await api.connect()
    return startPod(cluster, { spec: asked.build(), name: 'x', namespace: 'n', labels: {}, images: loadImages() })
  }
  const errorOf = async (asked: Pod): Promise<PodStartError> => {
    const error = await start(asked).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(PodStartError)
    return error as PodStartError
  }
  const nodeWith = (condition: object) => ({
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: 'node-1' },
    status: { conditions: [condition] },
  })
  const startError = {
    phase: 'Pending',
    containerStatuses: [
      { name: 'main', state: { terminated: { reason: 'StartError', exitCode: 128, message: 'no such file' } } },
    ],
  }
  const noImage = {
    phase: 'Pending',
    containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ErrImagePull', message: 'dial tcp' } } }],
  }
  const ended = {
    phase: 'Failed',
    containerStatuses: [{ name: 'main', state: { terminated: { reason: 'Error', exitCode: 4 } } }],
  }
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

  it('gives a handle of a ready pod', async () => {
    course = [{ phase: 'Pending' }, ready]
    expect(await start(busybox('k'))).to.include({ outcome: 'ready', node: 'node-1', uid: 'u', failure: null })
  })

  it('waits past ready for the end of a command', async () => {
    course = [ready, ended]
    expect(await start(busybox('k').awaits('finished'))).to.include({ outcome: 'finished' })
  })

  it('blames the product for a container that does not start, and says the text', async () => {
    course = [startError]
    const error = await errorOf(busybox('k'))
    expect(error).to.deep.include({ kind: 'product', failure: { reason: 'StartError', message: 'no such file' } })
    expect(error.pod, 'what is to be looked at and removed').to.include({ uid: 'u', outcome: 'not-started' })
    expect(error.message).to.match(
      /^Pod n\/x: condition Ready can no longer come, after .*: StartError: no such file\n/,
    )
  })

  it('takes the same for an outcome where the check asks for whatever comes', async () => {
    course = [startError]
    const handle = await start(busybox('k').awaits('settled'))
    expect(handle).to.deep.include({
      outcome: 'not-started',
      failure: { reason: 'StartError', message: 'no such file' },
    })
  })

  it('says how a command ended that should have stayed', async () => {
    course = [ended]
    expect((await errorOf(busybox('k'))).message).to.contain('Error: container main ended with code 4')
  })

  it('takes the refusal of the node that the check bound it to for an outcome, and of no other', async () => {
    course.push({ phase: 'Failed', reason: 'NodeAffinity', message: 'Predicate NodeAffinity failed' })
    const pod = await start(busybox('kata-qemu').boundTo('node-1').awaits('settled'))
    expect(pod.outcome).to.equal('not-started')
    expect(pod.failure?.reason).to.equal('NodeAffinity')
    expect((await errorOf(busybox('kata-qemu').awaits('settled'))).kind).to.equal('infrastructure')
  })

  it('never takes a missing image for an outcome', async () => {
    course = [noImage]
    for (const asked of [busybox('k'), busybox('k').awaits('settled')]) {
      expect(await errorOf(asked)).to.deep.include({
        kind: 'infrastructure',
        failure: { reason: 'ErrImagePull', message: 'dial tcp' },
      })
    }
  })

  it('blames the node when it is lost', async () => {
    course = [{ phase: 'Pending' }]
    api.on('GET /api/v1/nodes/node-1', (_, response) =>
      json(response, nodeWith({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' })),
    )
    expect(await errorOf(busybox('k').timeout(1000))).to.deep.include({
      kind: 'infrastructure',
      failure: { reason: 'NodeNotReady', message: 'node node-1 is not ready: NodeStatusUnknown' },
    })
  })

  it('blames the node when it came back only after the pod, or cannot be asked for', async () => {
    course = [{ phase: 'Pending' }]
    api.on(`GET ${pods}?name=x`, (_, response) =>
      json(
        response,
        podList('9', {
          metadata: { name: 'x', namespace: 'n', uid: 'u', creationTimestamp: '2026-11-21T12:00:00Z' },
          spec: { nodeName: 'node-1' },
          status: course.at(-1),
        }),
      ),
    )
    const Ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-21T12:00:01Z' }
    api.on(
      'GET /api/v1/nodes/node-1',
      (_, response) => json(response, nodeWith(Ready)),
      (_, response) => status(response, 400, 'BadRequest', 'no'),
    )
    expect((await errorOf(busybox('k').timeout(1000))).failure).to.deep.equal({
      reason: 'NodeNotReady',
      message:
        'node node-1 is ready only since 2026-11-21T12:00:01Z, and was asked to run the pod at 2026-11-21T12:00:00Z',
    })
    expect((await errorOf(busybox('k').timeout(1000))).failure.message).to.match(/^node node-1 cannot be asked for/)
  })

  it('blames the product when nothing came on a good node', async () => {
    course = [{ phase: 'Pending' }]
    api.on('GET /api/v1/nodes/node-1', (_, response) => json(response, nodeWith({ type: 'Ready', status: 'True' })))
    expect(await errorOf(busybox('k').timeout(1000))).to.include({ kind: 'product' })
  })

  it('gives a refusal to a check that asks for whatever comes', async () => {
    api.on(`POST ${pods}`, (_, response) =>
      status(response, 403, 'Forbidden', 'pods "x" is forbidden: pod rejected: RuntimeClass "nope" not found'),
    )
    const handle = await start(busybox('nope').awaits('settled'))
    expect(handle).to.deep.include({
      outcome: 'refused',
      refusal: {
        code: 403,
        reason: 'Forbidden',
        message: 'pods "x" is forbidden: pod rejected: RuntimeClass "nope" not found',
      },
    })
    expect(await handle.read(['true']).catch((error: Error) => error.message)).to.match(
      /does not exist: the API server refused it/,
    )
  })

  it('never takes a lacking permission or quota for a refusal', async () => {
    for (const message of [
      'pods is forbidden: User "u" cannot create resource "pods"',
      'pods "x" is forbidden: exceeded quota: q',
      'pods "x" is forbidden: failed quota: q: must specify limits.memory for: main',
      'pods "x" is forbidden: status unknown for quota: q, resources: limits.memory',
      'pods "x" is forbidden: minimum memory usage per Container is 1Gi, but request is 16Mi',
      'pods "x" is forbidden: maximum cpu usage per Pod is 1.  No limit is specified',
      'pods "x" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is 4.000000',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostPID=true)',
      'admission webhook "deny.example.com" denied the request: not in this cluster',
      `pods "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`,
      'pods "x" is forbidden: error looking up service account n/default: serviceaccount "default" not found',
    ]) {
      api.on(`POST ${pods}`, (_, response) => status(response, 403, 'Forbidden', message))
      expect(await errorOf(busybox('k').awaits('settled'))).to.include({ kind: 'infrastructure' })
    }
  })
})
