import { createClock } from '../../../sim/clock.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { startApiServer } from '../../../sim/apiserver/apiServer.ts'
import type { ApiServer } from '../../../sim/apiserver/apiServer.ts'
import { startControllers } from '../../../sim/controllers/controllers.ts'
import type { Recording, Step } from './recording.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** Sends a recording's requests in order to a new API server with its controllers; answers what came back, step by step. */
export async function replay(recording: Recording): Promise<Answer[]> {
  const clock = createClock(1)
  const server = await startApiServer({ clock, admission: { runtimeClass: true, podSecurity: true } })
  const controllers = await startControllers({
    client: server.client('kube-controller-manager'),
    clock,
    caCertificate: 'simulated',
  })
  try {
    if (recording.scenario === 'nodes') await createNode(server, recording)
    const values: Record<string, string> = { NS: recording.namespace }
    const tokens = { admin: adminToken(server), token: 'invalid' }
    const answers: Answer[] = []
    for (const step of recording.steps) {
      const answer = await send(server, step, values, tokens)
      for (const [name, path] of Object.entries(step.capture ?? {})) values[name] = String(at(answer.body, path))
      if (step.request.path.endsWith('/token')) tokens.token = String(at(answer.body, 'status.token'))
      answers.push(answer)
    }
    return answers
  } finally {
    controllers.stop()
    await server.close()
  }
}

const adminToken = (server: ApiServer): string =>
  (/token: (\S+)/.exec(server.kubeconfig()) as RegExpExecArray)[1] as string

/** The node that the recording's cluster had before it. */
async function createNode(server: ApiServer, recording: Recording): Promise<void> {
  const node = structuredClone((recording.steps[0]?.response.body as { items: KubeObject[] }).items[0] as KubeObject)
  const { resourceVersion: _version, uid: _uid, ...metadata } = node.metadata
  const client = server.client('kubelet')
  await client.create('/api/v1/nodes', { ...node, apiVersion: 'v1', kind: 'Node', metadata })
  await client.patch(`/api/v1/nodes/${node.metadata.name}`, { spec: { taints: node['spec'].taints as unknown } })
}

async function send(
  server: ApiServer,
  step: Step,
  values: Record<string, string>,
  tokens: { admin: string; token: string },
): Promise<Answer> {
  const fill = (text: string) => text.replace(/\$\{(\w+)\}/g, (_all, name: string) => values[name] ?? '')
  const { method, path, headers = {}, credentials, body } = step.request
  const token = credentials === 'admin' ? tokens.admin : credentials === 'none' ? null : tokens.token
  const request = {
    method,
    headers: { ...headers, 'User-Agent': 'unknown', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    ...(body === null || body === undefined
      ? {}
      : { body: fill(typeof body === 'string' ? body : JSON.stringify(body)) }),
  }
  const url = `${server.url}${fill(path)}`
  const answer = await once(url, request)
  return method === 'GET' && answer.status !== step.response.status
    ? until(server, fill(path), step, () => once(url, request))
    : answer
}

/** What controllers have to do first: asked again at every change in the cluster, for five seconds. */
async function until(server: ApiServer, path: string, step: Step, ask: () => Promise<Answer>): Promise<Answer> {
  const collection = path.slice(0, path.lastIndexOf('/'))
  const deadline = AbortSignal.timeout(5000)
  let last = await ask()
  for await (const _change of server.client().watch(collection, { resourceVersion: '0', signal: deadline })) {
    last = await ask()
    if (last.status === step.response.status) return last
  }
  return last
}

async function once(url: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(url, request)
  const text = await response.text()
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'warning', 'location', 'retry-after', 'allow', 'www-authenticate']) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return {
    status: response.status,
    headers,
    body: parse(text, new URL(url).searchParams.has('watch'), headers['content-type'] ?? ''),
  }
}

function parse(text: string, isWatch: boolean, contentType: string): unknown {
  if (isWatch)
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  return contentType.startsWith('application/json') ? (JSON.parse(text) as unknown) : text
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value)
}
