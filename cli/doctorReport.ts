import type { ClusterFacts } from '../helpers/facts/facts.ts'
import { factRecords, type FactRecord } from '../helpers/facts/factRecords.ts'
import { kvmRemedies } from '../helpers/facts/kvmRemedies.ts'
import { notKata, warnings } from '../helpers/facts/warnings.ts'

/** One thing that a run would do: a check on a class, a node or the cluster, or why it would be skipped. */
export interface PlannedCheck {
  readonly behaviour: string
  readonly chapter: string
  /** RuntimeClass, node, or null for the cluster. */
  readonly subject: string | null
  /** Why it would be skipped; null when it can run. */
  readonly skipped: string | null
}

export interface DoctorReport {
  readonly facts: readonly FactRecord[]
  readonly warnings: readonly string[]
  /** RuntimeClasses that say to be Kata's and are run by something else, or by nothing: those of the warnings that come first. */
  readonly impostors: readonly string[]
  /** By node, what to do about missing KVM. */
  readonly remedies: readonly { readonly node: string; readonly why: string; readonly steps: readonly string[] }[]
  readonly chapters: readonly {
    readonly chapter: string
    readonly checks: number
    readonly runnable: Readonly<Record<string, number>>
  }[]
  /** Reasons of skips, the most frequent first. */
  readonly missing: readonly {
    readonly reason: string
    readonly checks: number
    readonly subjects: readonly string[]
    readonly behaviours: readonly string[]
  }[]
  readonly runnable: number
  readonly planned: number
}

/** What a cluster's facts enable and rule out. Pure. */
export function doctorReport(facts: ClusterFacts, checks: readonly PlannedCheck[]): DoctorReport {
  return {
    facts: factRecords(facts),
    warnings: warnings(facts),
    impostors: facts.classes.flatMap((each) => notKata(each) ?? []),
    remedies: facts.nodes
      .map((node) => ({ node: node.name, why: node.kvmUsable.how, steps: kvmRemedies(node) }))
      .filter((each) => each.steps.length > 0),
    chapters: byChapter(checks),
    missing: byReason(checks),
    runnable: checks.filter((each) => each.skipped === null).length,
    planned: checks.length,
  }
}

function byChapter(checks: readonly PlannedCheck[]): DoctorReport['chapters'] {
  return [...new Set(checks.map((each) => each.chapter))].map((chapter) => {
    const inChapter = checks.filter((each) => each.chapter === chapter)
    const runnable: Record<string, number> = {}
    for (const { subject, skipped } of inChapter) {
      if (skipped === null) runnable[subject ?? 'cluster'] = (runnable[subject ?? 'cluster'] ?? 0) + 1
    }
    return { chapter, checks: inChapter.length, runnable }
  })
}

function byReason(checks: readonly PlannedCheck[]): DoctorReport['missing'] {
  const reasons = new Map<string, PlannedCheck[]>()
  for (const check of checks) {
    if (check.skipped === null) continue
    const reason = withoutSubject(check.skipped, check.subject)
    reasons.set(reason, [...(reasons.get(reason) ?? []), check])
  }
  return [...reasons]
    .map(([reason, skipped]) => ({
      reason,
      checks: skipped.length,
      subjects: [...new Set(skipped.map((each) => each.subject ?? 'cluster'))],
      behaviours: [...new Set(skipped.map((each) => each.behaviour))],
    }))
    .sort((a, b) => b.checks - a.checks)
}

/** The same reason on several classes is one reason: their names are left out of it. */
const withoutSubject = (reason: string, subject: string | null): string =>
  subject === null
    ? reason
    : reason.replace(new RegExp(`(?<![\\w.-])${subject.replaceAll('.', '\\.')}(?![\\w.-])`, 'g'), 'of this name')
