import type { KubeClient, WatchEvent } from '../kubeClient.ts'
import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { ApiError, noSuchResource } from './apiError.ts'
import { admin } from './auth/authority.ts'
import type { Context } from './context.ts'
import { parseResourcePath } from './http/requestPath.ts'
import type { ResourcePath } from './http/requestPath.ts'
import { copyJson, freezeJson } from './json.ts'
import * as operations from './operations.ts'
import type { Outcome } from './operations.ts'
import { list } from './query/list.ts'
import { watch } from './query/watch.ts'
import { fromCore } from './views.ts'
import type { WriteOptions } from './write/request.ts'

/** The API without sockets. Requests are answered in the order in which they are made. */
export function createInProcessClient(context: Context, fieldManager: string): KubeClient {
  const write: WriteOptions = { user: admin, dryRun: false, fieldManager, fieldValidation: 'Ignore' }
  const own = (target: ResourcePath, outcome: Outcome): KubeObject =>
    'revision' in outcome
      ? copyJson(fromCore(target.kind, outcome.revision.object))
      : (outcome.body as unknown as KubeObject)

  return {
    get: (path) => answer(path, (target) => own(target, operations.get(context, target))),
    list: (path, query = {}) =>
      answer(path, ({ kind, namespace }) => {
        const { revisions, version } = list(context, kind, namespace, query)
        return { items: revisions.map(({ object }) => fromCore(kind, object)), resourceVersion: String(version) }
      }),
    create: (path, object) =>
      answer(path, (target) => own(target, operations.post(context, target, object, write, []))),
    update: (path, object) => answer(path, (target) => own(target, operations.put(context, target, object, write, []))),
    patch: (path, body, contentType = 'application/merge-patch+json') =>
      answer(path, (target) =>
        own(target, operations.patchObject(context, target, body, { ...write, contentType, force: false }, [])),
      ),
    delete: (path, options = {}) =>
      answer(path, (target) => {
        const { gracePeriodSeconds, propagationPolicy, uid } = options
        operations.deleteObject(
          context,
          target,
          {
            ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
            ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
            ...(uid === undefined ? {} : { preconditions: { uid } }),
          },
          write,
        )
      }),
    watch: (path, options) => watchInProcess(context, path, options),
  }
}

const targetOf = (path: string): ResourcePath => {
  const target = parseResourcePath(path)
  if (target === null) throw noSuchResource()
  return target
}

async function answer<T>(path: string, handle: (target: ResourcePath) => T): Promise<T> {
  try {
    return handle(targetOf(path))
  } catch (error) {
    throw asKubeApiError(error)
  }
}

const asKubeApiError = (error: unknown): unknown =>
  error instanceof ApiError ? new KubeApiError(error.code, error.reason, error.message) : error

async function* watchInProcess(
  context: Context,
  path: string,
  options: { resourceVersion: string; fieldSelector?: string; signal: AbortSignal },
): AsyncGenerator<WatchEvent> {
  const { kind, namespace, name } = targetOf(path)
  const queue: WatchEvent[] = []
  let wake: (() => void) | null = null
  const notify = () => {
    wake?.()
    wake = null
  }
  const { signal } = options
  let stop: (() => void) | null = null
  try {
    stop = watch(
      context,
      kind,
      namespace,
      {
        resourceVersion: options.resourceVersion,
        fieldSelector: options.fieldSelector ?? null,
        name: name === '' ? null : name,
      },
      {
        event(type, revision) {
          queue.push({ type, object: freezeJson(fromCore(kind, revision.object)) })
          notify()
        },
        bookmark: () => undefined,
      },
    )
    signal.addEventListener('abort', notify, { once: true })
    context.closing.addEventListener('abort', notify, { once: true })
    while (!signal.aborted && !context.closing.aborted) {
      const batch = queue.splice(0)
      for (const event of batch) {
        if (signal.aborted) return
        yield event
      }
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (signal.aborted || context.closing.aborted) resolve()
        })
      }
    }
    // Ending quietly would let an informer list and watch again at once, for ever.
    if (!signal.aborted) throw new KubeApiError(503, 'ServiceUnavailable', 'the API server is closed')
  } catch (error) {
    throw asKubeApiError(error)
  } finally {
    stop?.()
    signal.removeEventListener('abort', notify)
    context.closing.removeEventListener('abort', notify)
  }
}
