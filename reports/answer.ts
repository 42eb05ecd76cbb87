import type { RunRecord } from './record/runRecord.ts'

/** What a run says of its cluster: the same words in every report and at the terminal. */
export interface Answer {
  readonly headline: string
  /** On what the headline rests. */
  readonly because: string
}

const headlines: Readonly<Record<RunRecord['outcome'], string>> = {
  conformant: 'Yes: you may rely on this cluster.',
  'not-conformant': 'No: this cluster departs from the documented behaviour.',
  incomplete: 'Not known: something kept the suite from knowing.',
  invalid: 'Do not trust this run: a canary passed.',
  interrupted: 'Not known: the run was interrupted.',
}

/** Of a simulated run the headline is about the simulated cluster: nobody must read it as leave to rely on a real one. */
const simulatedHeadlines: typeof headlines = {
  ...headlines,
  conformant: 'The simulated cluster conforms; nothing is said about a real one.',
  'not-conformant': 'The simulated cluster departs from the documented behaviour; nothing is said about a real one.',
}

export const answerOf = (record: RunRecord): Answer => ({
  headline: (record.simulated ? simulatedHeadlines : headlines)[record.outcome],
  because: because(record),
})

function because(record: RunRecord): string {
  const { outcome, arms, summary } = record
  switch (outcome) {
    case 'conformant':
      return 'Every gate-relevant behaviour that could be observed was observed.'
    case 'not-conformant':
      return `${counted(claimsNotHeld(arms), 'gate-relevant claim does not hold', 'gate-relevant claims do not hold')}.`
    case 'invalid':
      return `${counted(summary.canaries.passed, 'check that must fail under the default runtime passed', 'checks that must fail under the default runtime passed')}: no green line of this run proves anything.`
    case 'incomplete':
      return `${keptFromKnowing(record).join(', ')}.`
    case 'interrupted':
      return 'What was observed until then is in the report.'
  }
}

/** As foldJournal decides it. */
function keptFromKnowing({ arms, summary, leaked, schedule }: RunRecord): string[] {
  const tried = arms.filter(({ role }) => role !== 'canary')
  const of = (verdict: string) => tried.filter((arm) => arm.verdict === verdict).length
  return [
    ...some(of('broken'), 'arm broke', 'arms broke'),
    ...some(of('environment'), 'arm failed on the default runtime too', 'arms failed on the default runtime too'),
    ...some(summary.canaries.undecided, 'canary could not be tried', 'canaries could not be tried'),
    ...some(leaked.length, 'object was left behind', 'objects were left behind'),
    ...(schedule === null ? ['the run did not end'] : []),
    ...(summary.verdicts.passed === 0 ? ['no check passed'] : []),
  ]
}

const claimsNotHeld = (arms: RunRecord['arms']): number =>
  new Set(
    arms
      .filter(({ gate, verdict, role }) => role === 'check' && gate && verdict === 'failed')
      .map(({ behaviour }) => behaviour),
  ).size

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
const some = (count: number, one: string, many: string): string[] => (count === 0 ? [] : [counted(count, one, many)])
