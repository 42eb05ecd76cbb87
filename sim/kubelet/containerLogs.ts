import type { ServerResponse } from 'node:http'
import { type ContainerRuntime, CriError, type LogLine } from './containerRuntime.ts'
import type { Target } from './endpoint.ts'
import { HttpError } from './httpError.ts'

/**
 * v1.PodLogOptions as a query: follow, tailLines, previous, timestamps, sinceSeconds, sinceTime, limitBytes, stream.
 * Throws HttpError with the kubelet's words when there is no log to show.
 */
export function serveContainerLogs({ pod, record }: Target, query: URLSearchParams, response: ServerResponse): void {
  const { runtime } = pod
  const previous = flag(query, 'previous')
  const id = previous ? previousId(record.ids, record.id, record.state.kind) : (record.id ?? null)
  const name = pod.pod().metadata.name
  if (previous && !id)
    throw new HttpError(400, `previous terminated container "${record.spec.name}" in pod "${name}" not found`)
  if (!id)
    throw new HttpError(
      400,
      `container "${record.spec.name}" in pod "${name}" is waiting to start: ${record.state.kind === 'waiting' ? record.state.reason : 'ContainerCreating'}`,
    )

  const follow = flag(query, 'follow') && runtime.containerStatus(id)?.state !== 'exited'
  const write = limitedWriter(query, response)
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.flushHeaders()
  const lines = linesOf(runtime, id)
  // The kubelet has begun its answer by then: 200, and its words in place of the log (pkg/kubelet/kubelet.go, GetKubeletContainerLogs).
  if (lines === null) return void response.end(`unable to retrieve container logs for containerd://${id}`)
  for (const line of tail(selected(lines, query, pod.clock.now()), query)) if (!write(line)) return void response.end()
  if (!follow) return void response.end()

  const wanted = streamFilter(query)
  const stops = [
    runtime.onLog(id, (line) => {
      if (wanted(line) && !write(line)) finish()
    }),
    // the end of the container may be told before its last lines: they get a turn of the event loop
    runtime.onChange((change) => {
      if (change.id === id) setImmediate(finish)
    }),
  ]
  const stop = () => {
    for (const one of stops.splice(0)) one()
  }
  const finish = () => {
    stop()
    response.end()
  }
  response.on('close', stop)
}

/** null: the runtime no longer knows the container, as after a change of its sandbox. */
function linesOf(runtime: ContainerRuntime, id: string): readonly LogLine[] | null {
  try {
    return runtime.logs(id)
  } catch (error) {
    if (error instanceof CriError && error.code === 'NotFound') return null
    throw error
  }
}

const flag = (query: URLSearchParams, name: string) => ['true', '1'].includes(query.get(name) ?? '')

/** The attempt before the present one. */
function previousId(ids: readonly string[], current: string | null, state: string): string | null {
  const at = current ? ids.indexOf(current) : ids.length
  // in back-off the newest attempt has ended: it is the previous one
  return state === 'waiting' ? (ids.at(-1) ?? null) : (ids[at - 1] ?? null)
}

function streamFilter(query: URLSearchParams): (line: LogLine) => boolean {
  const stream = query.get('stream')?.toLowerCase()
  return stream === 'stdout' || stream === 'stderr' ? (line) => line.stream === stream : () => true
}

function selected(lines: readonly LogLine[], query: URLSearchParams, now: number): LogLine[] {
  const sinceTime = query.get('sinceTime')
  const seconds = query.get('sinceSeconds')
  const from = sinceTime ? Date.parse(sinceTime) : seconds ? now - Number(seconds) * 1000 : -Infinity
  const wanted = streamFilter(query)
  return lines.filter((line) => line.at >= from && wanted(line))
}

function tail(lines: LogLine[], query: URLSearchParams): LogLine[] {
  const count = query.get('tailLines')
  if (count === null) return lines
  return Number(count) === 0 ? [] : lines.slice(-Number(count))
}

/** Writes lines up to limitBytes in all; false once the limit is reached. */
function limitedWriter(query: URLSearchParams, response: ServerResponse): (line: LogLine) => boolean {
  const limit = query.get('limitBytes')
  const timestamps = flag(query, 'timestamps')
  let left = limit === null ? Infinity : Number(limit)
  return (line) => {
    const at = timestamps ? `${new Date(line.at).toISOString().replace('Z', '000000Z')} ` : ''
    const bytes = Buffer.from(`${at}${line.text}\n`)
    response.write(bytes.length <= left ? bytes : bytes.subarray(0, left))
    left -= bytes.length
    return left > 0
  }
}
