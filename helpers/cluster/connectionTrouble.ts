/**
 * Whether an error says that the cluster could not be asked, or did not come to answering: a connection that broke, an API server that is overloaded or
 * away, a node that is not reached. A refusal (no permission, no such object, no such executable) is an answer.
 */
export function isConnectionTrouble(error: unknown): boolean {
  const { name, kind, code, cause } = (error ?? {}) as { name?: string; kind?: string; code?: number; cause?: unknown }
  if (name === 'ApiError') return code === 0 || code === 429 || (code ?? 0) >= 500
  if (name === 'ExecError') return kind === 'closed' || kind === 'connect' || kind === 'timeout'
  return name === 'NodeProbeError' && isConnectionTrouble(cause)
}
