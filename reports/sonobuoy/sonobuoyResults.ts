import { dump } from 'js-yaml'
import { answerOf } from '../answer.ts'
import { clean } from '../junit/clean.ts'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'

/** Of Sonobuoy's own statuses; any other would make its summary a list of counts. */
type Status = 'passed' | 'failed' | 'skipped' | 'unknown'

interface Item {
  readonly name: string
  readonly status: Status
  readonly meta?: Readonly<Record<string, string>>
  readonly details?: Readonly<Record<string, string>>
  readonly items?: readonly Item[]
}

export const sonobuoyResultsFile = 'sonobuoy_results.yaml'

/**
 * The run in Sonobuoy's own format (`result-format: manual`). It says more than JUnit can: what broke is unknown there, not failed, so that Sonobuoy's
 * answer is the run's. Sonobuoy makes the status of a plugin from the leaves: any failed, else any unknown, else passed.
 * Source: Sonobuoy 0.57, pkg/client/results/item.go, processing.go (AggregateStatus), manual.go
 */
export function sonobuoyResults(record: RunRecord): string {
  const { headline, because } = answerOf(record)
  const groups = new Map<string, ArmRecord[]>()
  for (const arm of record.arms) {
    const name = arm.role === 'check' ? arm.chapter : arm.role === 'canary' ? 'canaries' : 'controls'
    groups.set(name, [...(groups.get(name) ?? []), arm])
  }
  return yaml({
    name: 'kata-conformance',
    status: statusOfRun(record),
    meta: {
      run: record.runId,
      simulated: String(record.simulated),
      outcome: record.outcome,
      kubernetes: record.cluster.kubernetesVersion,
    },
    items: [
      { name: 'answer', status: statusOfRun(record), details: { message: `${headline} ${because}` } },
      ...[...groups].map(([name, arms]) => {
        const items = arms.map(armItem)
        return { name, status: worst(items), items }
      }),
    ],
  })
}

/** What Sonobuoy is given when the suite left nothing to report: unknown, with the reason. */
export const nothingForSonobuoy = (why: string): string =>
  yaml({
    name: 'kata-conformance',
    status: 'unknown',
    items: [{ name: 'answer', status: 'unknown', details: { message: why } }],
  })

const yaml = (item: Item): string => dump(cleaned(item), { lineWidth: -1, noRefs: true })

/** Sonobuoy's parser (yaml.v2) refuses the whole file for half a surrogate pair: it becomes a visible sign, as control characters do. */
const readable = (text: string): string => Buffer.from(clean(text)).toString()

const cleaned = ({ name, status, meta, details, items }: Item): Item => ({
  name: readable(name),
  status,
  ...(meta && { meta: cleanValues(meta) }),
  ...(details && { details: cleanValues(details) }),
  ...(items && { items: items.map(cleaned) }),
})

const cleanValues = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, readable(text)]))

const statuses: Readonly<Record<RunRecord['outcome'], Status>> = {
  conformant: 'passed',
  'not-conformant': 'failed',
  incomplete: 'unknown',
  invalid: 'failed',
  interrupted: 'unknown',
}
const statusOfRun = ({ outcome }: RunRecord): Status => statuses[outcome]

/** Claims that are not gate-relevant do not decide, there as here: their failures are told in the details. */
function armStatus({ role, verdict, gate }: ArmRecord): Status {
  if (role === 'canary') return verdict === 'failed' ? 'passed' : verdict === 'passed' ? 'failed' : 'unknown'
  if (verdict === 'passed' || verdict === 'skipped') return verdict
  if (verdict === 'known') return 'skipped'
  if (verdict === 'failed') return role === 'check' && gate ? 'failed' : 'skipped'
  return role === 'check' && !gate && verdict === 'environment' ? 'skipped' : 'unknown'
}

function armItem(arm: ArmRecord): Item {
  const { id, title, level, role, verdict, message, expected, observed } = arm
  return {
    name: `${id}: ${title}`,
    status: armStatus(arm),
    details: {
      verdict,
      role,
      level,
      ...(message === '' ? {} : { message }),
      ...(expected === null ? {} : { expected, observed: observed ?? '' }),
    },
  }
}

const worst = (items: readonly Item[]): Status =>
  (['failed', 'unknown'] as const).find((status) => items.some((item) => item.status === status)) ?? 'passed'
