import type { Verdict } from '../../reports/record/verdict.ts'

export interface Judgement {
  readonly verdict: Extract<Verdict, 'passed' | 'failed' | 'broken' | 'skipped'>
  readonly message: string
}

/**
 * What an error in an arm means. Only an assertion, or a pod that the product could not start, blames the product; all else kept
 * us from knowing.
 */
export function verdictOf(error: unknown): Judgement {
  const { name, message, kind } = (error ?? {}) as { name?: string; message?: string; kind?: string }
  const text = message ?? String(error)
  if (name === 'AssertionError') return { verdict: 'failed', message: text }
  if (name === 'PodStartError') return { verdict: kind === 'product' ? 'failed' : 'broken', message: text }
  if (name === 'FactUnknownError' || name === 'NeedUnmetError') return { verdict: 'skipped', message: text }
  const where = error instanceof Error && !isExpectedFailure(name) ? firstSpecFrame(error) : null
  return {
    verdict: 'broken',
    message: `${name && name !== 'Error' ? `${name}: ` : ''}${text}${where ? ` (${where})` : ''}`,
  }
}

/** Errors of the cluster client say all themselves; others are bugs of a check, and need their place. */
const isExpectedFailure = (name: string | undefined): boolean =>
  name !== undefined &&
  [
    'ApiError',
    'ExecError',
    'WaitError',
    'NodeProbeError',
    'ProbeBroken',
    'PodLost',
    'ArmTimeout',
    'RunStopped',
  ].includes(name)

function firstSpecFrame(error: Error): string | null {
  const frame = error.stack?.split('\n').find((line) => /\/(specs|helpers)\//.test(line))
  return frame?.match(/((?:specs|helpers)\/[^)]+)\)?$/)?.[1] ?? null
}
