import { ApiError, invalid } from '../apiError.ts'
import { typeFor } from '../context.ts'
import type { Context } from '../context.ts'
import { groupVersionOf } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { watch } from '../query/watch.ts'
import { zeroValue } from '../schema/decode.ts'
import { prohibited } from '../validation/fieldErrors.ts'
import { watchLine } from './represent.ts'
import type { Representation } from './represent.ts'
import type { ResourcePath } from './requestPath.ts'
import { isTrue } from './resourceHandler.ts'
import type { HttpRequest } from './resourceHandler.ts'

const bookmarkMs = 60_000
/** A client that does not read is cut off, as the watch cache does, and watches again. */
const maxBufferedBytes = 64 * 1024 * 1024
/** Without timeoutSeconds the real server picks between 30 and 60 minutes. */
const defaultTimeoutMs = 45 * 60_000
const maxTimerMs = 2 ** 31 - 1

/** A watch as JSON lines, until the client, its timeoutSeconds (real seconds) or the server ends it. */
export function streamWatch(
  context: Context,
  target: ResourcePath,
  { response, query }: HttpRequest,
  representation: Representation,
): void {
  const { kind } = target
  const sendInitialEvents = query.get('sendInitialEvents')
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  checkInitialEvents(sendInitialEvents, query.get('resourceVersionMatch'))
  let lines: string[] = []
  let scheduled = false
  let first = true
  const flush = () => {
    scheduled = false
    if (response.writableEnded || lines.length === 0) return
    response.write(lines.length === 1 ? (lines[0] as string) : lines.join(''))
    lines = []
    if (response.writableLength > maxBufferedBytes) response.destroy()
  }
  const push = (line: string) => {
    lines.push(line)
    if (!scheduled) {
      scheduled = true
      setImmediate(flush)
    }
  }
  const bookmark = (version: number, initialEventsEnd: boolean) =>
    push(bookmarkLine(kind, representation, version, initialEventsEnd))
  response.writeHead(200, { 'Content-Type': representation.format.contentType })
  response.flushHeaders()
  let stop: () => void
  try {
    stop = watch(
      context,
      kind,
      target.namespace,
      {
        labelSelector: query.get('labelSelector'),
        fieldSelector: query.get('fieldSelector'),
        resourceVersion: query.get('resourceVersion'),
        allowBookmarks: bookmarks,
        name: target.name === '' ? null : target.name,
        ...(sendInitialEvents === null ? {} : { sendInitialEvents: isTrue(sendInitialEvents) }),
      },
      {
        event(type, revision) {
          push(watchLine(context, type, revision, representation, first))
          first = false
        },
        bookmark,
      },
    )
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    response.end(`${JSON.stringify({ type: 'ERROR', object: error.status() })}\n`)
    return
  }
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  const timeout = setTimeout(end, Math.min(seconds > 0 ? seconds * 1000 : defaultTimeoutMs, maxTimerMs))
  const ticks = bookmarks ? setInterval(() => bookmark(context.store.version, false), bookmarkMs) : null
  function end() {
    clearTimeout(timeout)
    if (ticks !== null) clearInterval(ticks)
    stop()
    flush()
    response.end()
    context.closing.removeEventListener('abort', end)
  }
  response.once('close', end)
  context.closing.addEventListener('abort', end)
}

function bookmarkLine(kind: Kind, { format }: Representation, version: number, initialEventsEnd: boolean): string {
  const type = typeFor(kind)
  const metadata = {
    resourceVersion: String(version),
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  }
  const { metadata: _metadata, ...zero } = type === null ? {} : zeroValue(type)
  const head = { kind: kind.kind, apiVersion: groupVersionOf(kind), metadata }
  if (format.as === 'object') return `${JSON.stringify({ type: 'BOOKMARK', object: { ...head, ...zero } })}\n`
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
  if (format.as === 'metadata') return `${JSON.stringify({ type: 'BOOKMARK', object: partial })}\n`
  const table = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: String(version) },
    columnDefinitions: null,
    rows: [{ cells: [], object: partial }],
  }
  return `${JSON.stringify({ type: 'BOOKMARK', object: table })}\n`
}

function checkInitialEvents(sendInitialEvents: string | null, match: string | null): void {
  const subject = { group: 'meta.k8s.io', plural: 'listoptions', kind: 'ListOptions' }
  if (sendInitialEvents === null) {
    if (match !== null && match !== '')
      throw invalid(subject, '', [
        prohibited(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      ])
    return
  }
  if (match !== 'NotOlderThan') {
    throw invalid(subject, '', [
      prohibited('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ])
  }
}
