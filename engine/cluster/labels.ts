/** Labels of everything that the suite makes; `clean` removes by them and touches nothing else. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by'
export const MANAGER = 'kata-conformance'
export const RUN_LABEL = 'kata-conformance.dev/run'
export const BEHAVIOUR_LABEL = 'kata-conformance.dev/behaviour'

export const runLabels = (runId: string): Record<string, string> => ({ [MANAGED_BY]: MANAGER, [RUN_LABEL]: runId })

export const runSelector = (runId?: string): string =>
  runId === undefined ? `${MANAGED_BY}=${MANAGER},${RUN_LABEL}` : `${MANAGED_BY}=${MANAGER},${RUN_LABEL}=${runId}`

/** Short, sortable and a valid label value and name part: 20261121-114448-3fa9 */
export function newRunId(now = new Date(), random = Math.random()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${Math.floor(random * 0x10000)
    .toString(16)
    .padStart(4, '0')}`
}
