import { WebSocket } from 'ws'
import type { RecordedExec } from './recordedScenario.ts'

export interface ExecAnswer {
  exit: number
  stdout: string
  stderr: string
}

interface Status {
  status: string
  reason?: string
  message?: string
  details?: { causes?: { reason?: string; message: string }[] }
}

/**
 * Exec over the API server's WebSocket. What is refused reads as kubectl 1.34 words it, as the recordings have it.
 * @param server http://127.0.0.1:PORT
 * @param namespace of the pod
 */
export function execInPod(
  server: string,
  token: string,
  namespace: string,
  step: Pick<RecordedExec, 'pod' | 'container' | 'argv' | 'stdin'>,
): Promise<ExecAnswer> {
  const query = new URLSearchParams(step.argv.map((word) => ['command', word]))
  if (step.container !== null) query.set('container', step.container)
  for (const stream of ['stdout', 'stderr', ...(step.stdin === null ? [] : ['stdin'])]) query.set(stream, 'true')
  const url = `${server.replace('http', 'ws')}/api/v1/namespaces/${namespace}/pods/${step.pod}/exec?${query.toString()}`
  const socket = new WebSocket(url, ['v5.channel.k8s.io'], { headers: { Authorization: `Bearer ${token}` } })
  return new Promise((resolve, reject) => {
    const channels: Buffer[][] = [[], [], [], []]
    const text = (channel: number) => Buffer.concat(channels[channel] ?? []).toString()
    const refused = (stderr: string) => resolve({ exit: 1, stdout: text(1), stderr })
    socket.on('open', () => {
      if (step.stdin === null) return
      socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(step.stdin)]))
      socket.send(Buffer.from([255, 0]))
    })
    socket.on('message', (data: Buffer) => channels[data[0] ?? 0]?.push(data.subarray(1)))
    socket.on('unexpected-response', (_request, response) => {
      const body: Buffer[] = []
      response.on('data', (chunk: Buffer) => body.push(chunk))
      response.on('end', () => refused(refusal(Buffer.concat(body).toString())))
    })
    socket.on('error', (error) => {
      if (!error.message.includes('Unexpected server response')) reject(error)
    })
    socket.on('close', () => {
      if (text(3) === '') return
      const status = JSON.parse(text(3)) as Status
      const exitCode = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
      if (status.status === 'Success') resolve({ exit: 0, stdout: text(1), stderr: text(2) })
      else if (exitCode !== undefined) resolve({ exit: Number(exitCode), stdout: text(1), stderr: text(2) })
      else refused(`error: ${status.message ?? ''}\n`)
    })
  })
}

/** kubectl: an API Status by its reason, anything else (the kubelet's own words) as an internal error. */
function refusal(body: string): string {
  if (!body.startsWith('{')) return `error: Internal error occurred: ${body}\n`
  const status = JSON.parse(body) as Status
  return `Error from server (${status.reason ?? ''}): ${status.message ?? ''}\n`
}
