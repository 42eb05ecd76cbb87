import { WebSocket } from 'ws'
import type { Cluster, Forwarded } from './cluster.ts'
import { pause, withDeadline } from './deadline.ts'
import { mayRepeat } from './exec.ts'
import { ExecError } from './execError.ts'
import { failureOf, openWebSocket, refusalOf } from './podWebSocket.ts'
import { backOffMs } from './repeat.ts'
import type { Transport } from './transport.ts'

const defaultTimeoutMs = 30_000

/** Channels of one forwarded port; on each the port itself comes first, in 16 bits (kubelet pkg/cri/streaming/portforward/websocket.go, 1.34). */
const channel = { data: 0, error: 1 }
const portBytes = 2

interface ForwardRequest {
  namespace: string
  name: string
  port: number
  sent: string
}

/** Connections to ports of pods. What is sent must do no harm a second time: a lost connection is made again. */
export function createForward(transport: Transport): Cluster['forward'] {
  return ({ namespace, name }, port, sent, options = {}) => {
    const request = { namespace, name, port, sent }
    const { timeoutMs = defaultTimeoutMs, signal } = options
    let last: unknown
    const late = (): ExecError =>
      new ExecError(
        `${describe(request)}: not ended within ${timeoutMs} ms${last instanceof Error ? `; last: ${last.message}` : ''}`,
        { kind: last instanceof ExecError ? last.kind : 'timeout' },
      )
    return withDeadline({ signal, timeoutMs, late }, (within) =>
      untilHeard(transport, request, within, (error) => void (last = error)),
    )
  }
}

async function untilHeard(
  transport: Transport,
  request: ForwardRequest,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<Forwarded> {
  let recovered: (() => void) | null = null
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await forwardOnce(transport, request, signal)
      } catch (error) {
        if (signal.aborted || !mayRepeat(error, true)) throw error
        recovered ??= transport.troubles.begin(describe(request))
        failed(error)
        await pause(backOffMs(attempt, error), signal)
        transport.noteRetry(describe(request), attempt, (error as ExecError).said)
      }
    }
  } finally {
    recovered?.()
  }
}

/** One connection over one WebSocket, heard until the node closes it. Always settles. */
async function forwardOnce(transport: Transport, request: ForwardRequest, signal: AbortSignal): Promise<Forwarded> {
  const { namespace, name, port, sent } = request
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`
  const socket = await openWebSocket(transport, path, ['v4.channel.k8s.io'], signal)
  const heard: [Buffer[], Buffer[]] = [[], []]
  const text = (of: number): string => Buffer.concat(heard[of] ?? []).toString('utf8', portBytes)
  let opened = false
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      act()
      if (socket.readyState !== WebSocket.CLOSED) socket.terminate()
    }
    const abort = (): void => end(() => reject(signal.reason as Error))
    signal.addEventListener('abort', abort, { once: true })

    socket.on('open', () => {
      opened = true
      socket.send(Buffer.concat([Buffer.of(channel.data), Buffer.from(sent)]))
    })
    socket.on('message', (data: Buffer) => void heard[data[0] ?? -1]?.push(data.subarray(1)))
    socket.on('close', (code, reason) => {
      // The node says on both channels which port they are of before anything else: without that it never began.
      const began = heard.every((chunks) => Buffer.concat(chunks).length >= portBytes)
      const why = reason.toString() || `WebSocket close code ${code}`
      end(() =>
        began && code === 1000
          ? resolve({ received: text(channel.data), error: text(channel.error) })
          : reject(
              new ExecError(`${describe(request)}: the connection was lost (${why})`, { kind: 'closed', said: why }),
            ),
      )
    })
    socket.on('error', (error) => end(() => reject(failureOf(transport, socket, describe(request), error, { opened }))))
    socket.on('unexpected-response', (_, answer) => {
      void refusalOf(transport, socket, describe(request), answer).then((error) => end(() => reject(error)))
    })
  })
}

const describe = ({ namespace, name, port }: ForwardRequest): string =>
  `port-forward to ${port} of ${namespace}/${name}`
