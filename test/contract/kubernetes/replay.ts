import { isDeepStrictEqual } from 'node:util'
import { normalise } from './normalise.ts'
import type { Recording, Step } from './recording.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** An API server that a recording is sent to. */
export interface Target {
  url: string
  /** Sends a request with the credentials that the step names: admin, none, or a token that an earlier step was given. */
  send(path: string, request: RequestInit, credentials: { admin: boolean; token: string | null }): Promise<Response>
  /** Yields at every change of a collection from its beginning, until the signal aborts. */
  changes(collection: string, signal: AbortSignal): AsyncIterable<unknown>
}

/** Sends a recording's requests in order; answers what came back, step by step. */
export async function replay({ namespace, steps }: Recording, target: Target): Promise<Answer[]> {
  const values: Record<string, string> = { NS: namespace }
  let token = 'invalid'
  const answers: Answer[] = []
  for (const step of steps) {
    const answer = await send(target, step, values, token)
    for (const [name, path] of Object.entries(step.capture ?? {})) values[name] = String(at(answer.body, path))
    if (step.request.path.endsWith('/token')) token = String(at(answer.body, 'status.token'))
    answers.push(answer)
  }
  return answers
}

async function send(target: Target, step: Step, values: Record<string, string>, given: string): Promise<Answer> {
  const fill = (text: string) => text.replace(/\$\{(\w+)\}/g, (_all, name: string) => values[name] ?? '')
  const { method, path, headers = {}, credentials, body } = step.request
  const request = {
    method,
    headers: { ...headers, 'User-Agent': 'unknown' },
    ...(body === null || body === undefined
      ? {}
      : { body: fill(typeof body === 'string' ? body : JSON.stringify(body)) }),
  }
  const token = credentials === 'admin' || credentials === 'none' ? null : given
  const ask = async () =>
    answerOf(await target.send(fill(path), request, { admin: credentials === 'admin', token }), fill(path))
  const answer = await ask()
  const byControllers = method === 'GET' && path.includes('/namespaces') && !path.includes('watch=')
  return byControllers && !isRecorded(answer, step) ? until(target, fill(path), step, ask) : answer
}

/** What controllers have to do first: asked again at every change in the cluster, for ten seconds. */
async function until(target: Target, path: string, step: Step, ask: () => Promise<Answer>): Promise<Answer> {
  let last = await ask()
  if (isRecorded(last, step)) return last
  for await (const _change of target.changes(path.slice(0, path.lastIndexOf('/')), AbortSignal.timeout(10_000))) {
    last = await ask()
    if (isRecorded(last, step)) return last
  }
  return last
}

function isRecorded(answer: Answer, { response: { status, headers, body } }: Step): boolean {
  return isDeepStrictEqual(normalise(answer), normalise({ status, headers, body }))
}

async function answerOf(response: Response, path: string): Promise<Answer> {
  const text = await response.text()
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'warning', 'location', 'retry-after', 'allow', 'www-authenticate']) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const isWatch = new URLSearchParams(path.split('?')[1]).has('watch')
  return { status: response.status, headers, body: parse(text, isWatch, headers['content-type'] ?? '') }
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
