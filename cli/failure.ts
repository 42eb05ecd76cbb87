import { CommanderError } from 'commander'

/** 2: the input is wrong. 3: the cluster, or what lies between, keeps us from working. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return 2
  const { name, exitCode } = error as { name?: string; exitCode?: number }
  if (exitCode !== undefined) return exitCode
  return [
    'KubeconfigError',
    'CatalogError',
    'ProfileError',
    'ScenarioError',
    'ImageError',
    'JournalError',
    'JoinError',
    'MergeError',
    'RunError',
    'StoreError',
    'UnknownReleaseError',
  ].includes(name ?? '')
    ? 2
    : 3
}

/** The error in one line for an operator. A bug of ours keeps its stack: hiding it would help nobody. */
export function oneLine(error: unknown): string {
  if (error instanceof CommanderError)
    return `kata-conformance: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}; see --help`
  const { name, message, code, stack } = error as { name?: string; message?: string; code?: unknown; stack?: string }
  if (['TypeError', 'ReferenceError', 'RangeError'].includes(name ?? '') && code === undefined)
    return stack ?? String(error)
  return `kata-conformance: ${(message ?? String(error)).split('\n').join(' ')}`
}
