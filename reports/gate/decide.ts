import type { Comparison } from '../compare/comparison.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { Finding } from './finding.ts'
import { judgeChanges } from './judgeChanges.ts'
import { type JudgedFigure, judgeFigures, type Noise } from './judgeFigures.ts'
import { defaultPolicy, type Policy } from './policy.ts'

export type Answer = 'ship' | 'do-not-ship' | 'cannot-tell'

export const gateExitCodes: Readonly<Record<Answer, number>> = { ship: 0, 'do-not-ship': 1, 'cannot-tell': 3 }

/** May the second run's cluster be shipped, given the first one's? */
export interface Decision {
  readonly answer: Answer
  readonly findings: readonly Finding[]
  readonly figures: readonly JudgedFigure[]
  readonly comparison: Comparison
  /** Reasons for which the two runs should not have been compared, and were because somebody insisted. */
  readonly forced: readonly string[]
}

/** What is known of earlier runs of the same checks and figures. */
export interface Experience {
  readonly noise?: Noise
  readonly flakeRates?: ReadonlyMap<string, number>
}

/** @param today YYYY-MM-DD: tolerated deviations expire. @param forced why the runs are not comparable, when they are compared all the same. */
export function decide(
  comparison: Comparison,
  policy: Policy = defaultPolicy,
  today: string = new Date().toISOString().slice(0, 10),
  experience: Experience = {},
  forced: readonly string[] = [],
): Decision {
  const figures = judgeFigures(comparison.figures, policy, experience.noise)
  const findings = [
    ...unbelievable(comparison.before, 'first'),
    ...unbelievable(comparison.after, 'second'),
    ...lostClasses(comparison, policy),
    ...judgeChanges(comparison.changes, policy, today, experience.flakeRates),
    ...figures.map(({ finding }) => finding),
    ...forced.map((why): Finding => ({
      subject: 'runs',
      title: 'not comparable',
      what: why,
      weight: 'told',
      because: 'compared all the same, with --force: a difference may come from this',
    })),
  ]
  return { answer: answerOf(findings), findings, figures, comparison, forced }
}

/** The weightiest finding decides. */
export function answerOf(findings: readonly Finding[]): Answer {
  const has = (weight: Finding['weight']) => findings.some((finding) => finding.weight === weight)
  return has('blocks') ? 'do-not-ship' : has('open') ? 'cannot-tell' : 'ship'
}

/** A run that did not see what it claims to see, or did not end, settles nothing. */
function unbelievable({ runId, outcome, notes, finishedAt, summary }: RunRecord, which: string): Finding[] {
  const of = { subject: `run ${runId}`, title: `the ${which} run`, weight: 'open' as const }
  if (outcome === 'invalid')
    return [
      {
        ...of,
        what: `${summary.canaries.passed} canaries passed: its green lines prove nothing`,
        because: 'a canary must fail',
        settledBy: 'find out why a pod of the default runtime passes for a Kata pod, then run again',
      },
    ]
  if (outcome === 'interrupted' || finishedAt === null)
    return [
      {
        ...of,
        what: `it ${outcome === 'interrupted' ? 'was interrupted' : 'did not end'}${notes[0] ? `: ${notes[0]}` : ''}`,
        because: 'what it did not run is unknown',
        settledBy: 'run it again to its end',
      },
    ]
  if (summary.verdicts.passed === 0)
    return [{ ...of, what: 'no check passed in it', because: 'nothing was seen to hold', settledBy: 'run again' }]
  return []
}

/** Checks of a class that is gone vanish with it: that is no gap in what was observed, the class is what is missing. */
function lostClasses({ changes, after }: Comparison, { block }: Policy): Finding[] {
  const present = new Set(after.arms.map(({ runtimeClass }) => runtimeClass))
  const lost = new Map<string, number>()
  for (const { kind, runtimeClass, before, level, gate } of changes) {
    if (kind !== 'vanished' || runtimeClass === null || present.has(runtimeClass) || !before?.observed) continue
    lost.set(runtimeClass, (lost.get(runtimeClass) ?? 0) + (gate && block.includes(level) ? 1 : 0))
  }
  const known = new Set(after.facts.map(({ subject }) => subject))
  return [...lost].map(([name, blocking]): Finding => {
    const gone = !known.has(`class/${name}`)
    return {
      subject: `RuntimeClass ${name}`,
      title: 'a class of the first run',
      what: gone ? 'it is gone' : 'no check ran on it',
      weight: gone && blocking > 0 ? 'blocks' : 'told',
      because: `${blocking} gate-relevant checks were observed on it before; a pod that names it is refused now`,
    }
  })
}
