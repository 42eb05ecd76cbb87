import type { Cluster, ExecOptions, ExecResult } from './cluster.ts'
import { pause, withDeadline } from './deadline.ts'
import { ExecError } from './execError.ts'
import { describe, execOnce, type ExecRequest } from './execStream.ts'
import { createLimit } from './limit.ts'
import { backOffMs } from './repeat.ts'
import type { Transport } from './transport.ts'

const defaultTimeoutMs = 30_000

/**
 * How often a read that exits with 0 and prints nothing is made in all. The kubelet can lose the end of a short output
 * (kubernetes/kubernetes#124571), so nothing is not yet a fact; three times nothing is. Output that is cut in its
 * middle cannot be told from whole output: what must be whole carries its own end mark or checksum.
 */
const emptyReads = 3

/** Execs at once in one pod: the shim of containerd 1.6 stops reaping for good when a hundred start together. */
const execsPerPod = 8

/** Runs commands in containers. A command that may change something is never run twice; see `mayRepeat`. */
export function createExec(transport: Transport): Cluster['exec'] {
  const limit = createLimit(execsPerPod)
  return (pod, argv, options = {}) => {
    const request: ExecRequest = { ...pod, argv, container: options.container, stdin: options.stdin }
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
    let last: unknown
    const late = (): ExecError => lateError(request, timeoutMs, last)
    const failed = (error: unknown): void => void (last = error)
    // Its time begins with its turn: to wait for the others of the pod is not its fault.
    return limit(`${pod.namespace}/${pod.name}`, options.signal, () =>
      withDeadline({ signal: options.signal, timeoutMs, late }, (signal) =>
        run(transport, request, options, signal, failed),
      ),
    )
  }
}

async function run(
  transport: Transport,
  request: ExecRequest,
  options: ExecOptions,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<ExecResult> {
  let empty = 0
  let recovered: (() => void) | null = null
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await execOnce(transport, request, signal)
        const suspicious =
          options.readOnly && options.expectOutput !== false && result.exitCode === 0 && result.stdout === ''
        if (suspicious && ++empty < emptyReads) continue
        if (empty > 0 && !suspicious)
          transport.noteRetry(describe(request), attempt, 'exit 0 without output, then with output')
        return result
      } catch (error) {
        if (signal.aborted || !mayRepeat(error, options.readOnly === true)) throw error
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

/** A read may be repeated after any lost connection; anything else only when the request certainly reached nobody, or was turned away unheard (429). */
export const mayRepeat = (error: unknown, readOnly: boolean): boolean =>
  error instanceof ExecError &&
  (error.code === 429 || error.neverSent || (readOnly && (error.kind === 'connect' || error.kind === 'closed')))

const lateError = (request: ExecRequest, timeoutMs: number, last: unknown): ExecError =>
  new ExecError(
    `${describe(request)}: no exit status within ${timeoutMs} ms` +
      (last instanceof Error ? `; last: ${last.message}` : ''),
    { kind: last instanceof ExecError ? last.kind : 'timeout', said: last instanceof ExecError ? last.said : '' },
  )
