import type { Change, ChangeKind } from '../compare/change.ts'
import type { Tally } from '../compare/tally.ts'
import { moreFailures, trialsToTell } from '../statistics/fisher.ts'
import { holm } from '../statistics/holm.ts'
import type { Finding } from './finding.ts'
import type { Policy, Tolerated } from './policy.ts'

const worse: readonly ChangeKind[] = ['newly-failing', 'fails-more-often']
const unobserved: readonly ChangeKind[] = ['newly-open', 'newly-skipped', 'vanished']

/** @param today YYYY-MM-DD @param flakeRates of the checks' history: what failed now and then before, by key; 0 to 1 */
export function judgeChanges(
  changes: readonly Change[],
  policy: Policy,
  today: string,
  flakeRates: ReadonlyMap<string, number> = new Map(),
): Finding[] {
  const repeated = changes.filter(isMixed)
  const adjusted = holm(repeated.map(({ before, after }) => moreFailures(trials(before), trials(after))))
  const chance = new Map(repeated.map((change, index) => [change.key, adjusted[index] ?? 1]))
  return changes.map((change) => {
    const { key, title, what, kind } = change
    const of = { subject: key, title, what: `${kind.replaceAll('-', ' ')}: ${what}` }
    if (worse.includes(kind))
      return { ...of, ...judgeWorse(change, policy, today, chance.get(key), flakeRates.get(key) ?? 0) }
    if (unobserved.includes(kind)) return { ...of, ...judgeUnobserved(change, policy) }
    return { ...of, weight: 'told' as const, because: 'not worse than before' }
  })
}

/** Now and then: some of the repeats failed and some did not, before or after. One that always held and now never does needs no statistics. */
const isMixed = ({ kind, before, after }: Change): boolean =>
  worse.includes(kind) &&
  before !== null &&
  after !== null &&
  before.observed > 0 &&
  (before.failed > 0 || after.failed < after.observed)

const trials = (tally: Tally | null) => ({ failed: tally?.failed ?? 0, total: tally?.observed ?? 0 })

type Judgement = Pick<Finding, 'weight' | 'because' | 'settledBy'>

function judgeWorse(
  change: Change,
  policy: Policy,
  today: string,
  chance: number | undefined,
  flakeRate: number,
): Judgement {
  const { level, gate, after } = change
  if (!gate || !policy.block.includes(level))
    return {
      weight: 'told',
      because: `${level}${gate ? '' : ', not gate-relevant'}: the policy blocks ${policy.block.join(', ') || 'nothing'}`,
    }
  if (after && after.known === after.failed) return { weight: 'tolerated', because: 'a known deviation of the profile' }
  const excuse = policy.tolerated.find((each) => covers(each, change))
  if (excuse && excuse.expires >= today)
    return {
      weight: 'tolerated',
      because: `${excuse.reason} (${excuse.owner}, until ${excuse.expires}${excuse.reference ? `, ${excuse.reference}` : ''})`,
    }
  const expired = excuse ? `; the policy tolerated it until ${excuse.expires} (${excuse.owner})` : ''
  const { alpha } = policy.repeats
  if (chance !== undefined) {
    const percent = `p = ${chance.toPrecision(2)} (Fisher's exact test, Holm)`
    if (chance <= alpha)
      return { weight: 'blocks', because: `fails more often than chance explains, ${percent}${expired}` }
    const [was, is] = [trials(change.before), trials(after)]
    const wanted = trialsToTell(Math.max(is.failed / is.total, 0.01), alpha)
    return {
      weight: 'open',
      because: `flaky: ${was.failed} of ${was.total} failed before, ${is.failed} of ${is.total} after, ${percent}`,
      settledBy:
        wanted === null
          ? 'find out why it fails now and then: more repeats than 200 would be needed to tell'
          : `run both with --repeat ${wanted} --behaviour ${change.behaviour}`,
    }
  }
  if (flakeRate > 0 && trials(after).total === 1)
    return {
      weight: 'open',
      because: `it failed in ${(100 * flakeRate).toFixed(0)} % of earlier runs, too`,
      settledBy: `run both with --repeat ${trialsToTell(1, alpha) ?? 10} --behaviour ${change.behaviour}`,
    }
  return { weight: 'blocks', because: `${level} and gate-relevant${expired}` }
}

const covers = (excuse: Tolerated, { behaviour, runtimeClass, case: row }: Change): boolean =>
  excuse.behaviour === behaviour &&
  (excuse.runtimeClass === undefined || excuse.runtimeClass === runtimeClass) &&
  (excuse.case === undefined || excuse.case === row)

function judgeUnobserved(change: Change, { coverage }: Policy): Judgement {
  const { before, behaviour, level, gate, kind, runtimeClass, after } = change
  const excepted = coverage.except.find((each) => each.behaviour === behaviour)
  if (excepted) return { weight: 'told', because: `the policy does not ask for it: ${excepted.reason}` }
  if (!gate || !coverage.required.includes(level) || before?.observed === 0)
    return {
      weight: 'told',
      because:
        before?.observed === 0
          ? 'it was not observed before, either'
          : `${level}: the policy asks for ${coverage.required.join(', ')}`,
    }
  return {
    weight: 'open',
    because: 'it was observed before, and a run that skips what the last one ran does not pass',
    settledBy:
      kind === 'newly-open'
        ? `run again: ${after?.message.split('\n', 1)[0] ?? ''}`
        : kind === 'newly-skipped'
          ? `meet its need again (${after?.message.split('\n', 1)[0] ?? ''}), or except ${behaviour} in the policy's coverage`
          : `run the second time with ${behaviour}${runtimeClass === null ? '' : ` on ${runtimeClass}`}, or except it in the policy's coverage`,
  }
}
