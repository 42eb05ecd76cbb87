import { errorByName } from '../errorByName.ts'

/**
 * Why an exec has no exit status:
 * - rejected: the server or the container runtime would not run it (no such pod or container, not permitted, no such executable)
 * - connect: the connection to the API server, or its own to the kubelet, was not made
 * - closed: the connection ended without a status; the command may have run, and may still
 * - timeout: no status before the deadline; the command may still run (closing a connection does not kill it)
 */
export type ExecFailure = 'rejected' | 'connect' | 'closed' | 'timeout'

export class ExecError extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('ExecError')
  override readonly name = 'ExecError'
  readonly kind: ExecFailure
  /** HTTP code of the refusal, null when the connection was made. */
  readonly code: number | null
  /** True when the request certainly reached nobody. */
  readonly neverSent: boolean
  /** The server's own words. */
  readonly said: string
  /** What had come until then. */
  readonly stdout: string
  readonly stderr: string

  constructor(
    message: string,
    of: {
      kind: ExecFailure
      code?: number | null
      neverSent?: boolean
      said?: string
      stdout?: string
      stderr?: string
    },
  ) {
    super(message)
    this.kind = of.kind
    this.code = of.code ?? null
    this.neverSent = of.neverSent ?? false
    this.said = of.said ?? ''
    this.stdout = of.stdout ?? ''
    this.stderr = of.stderr ?? ''
  }
}
