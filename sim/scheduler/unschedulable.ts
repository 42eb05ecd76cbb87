import type { Refusal } from './filters.ts'

/** FailedScheduling of a pod that no node takes, in the words of kube-scheduler 1.34 (as recorded). */
export function unschedulableMessage(refusals: readonly Refusal[]): string {
  const total = refusals.length
  if (total === 0) return 'no nodes available to schedule pods'
  const reasons = histogram(refusals.flatMap((refusal) => refusal.reasons))
  const preemption = histogram(
    refusals.map((refusal) =>
      refusal.final ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
    ),
  )
  return `0/${total} nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/${total} nodes are available: ${preemption}.`
}

/** A pod that fails before any node is looked at: its claims. */
export function claimMessage(total: number, reason: string): string {
  return `0/${total} nodes are available: ${reason}. not found`
}

/** `1 Insufficient cpu, 2 node(s) had …`, in the order of the texts. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
