import type { FigurePair } from '../compare/figurePairs.ts'
import { type Effect, effectOf, effectText, percent } from '../statistics/effect.ts'
import { type Differences, signFlip } from '../statistics/signFlip.ts'
import type { Finding } from './finding.ts'
import type { Policy } from './policy.ts'

/** With fewer a two-sided test at one per cent can say nothing: 2 / 2^8 is 0.8 %. */
export const FEWEST_BLOCKS = 8

/** Two runs of one version differ by so much: standard deviation of the log ratio, by figure; learned from pairs of accepted runs. */
export type Noise = ReadonlyMap<string, number>

/** A change is beyond the noise of its figure when it is so many standard deviations of what two runs of one version differ by. */
const NOISE_FACTOR = 3

export interface JudgedFigure {
  readonly pair: FigurePair
  /** Of larger values; null without blocks. */
  readonly effect: Effect | null
  /** Chance of such a worsening anywhere in the family when nothing has changed; null when it was not tested. */
  readonly pWorse: number | null
  readonly pBetter: number | null
  /** The smallest change that counts, as a part. */
  readonly threshold: number
  readonly finding: Finding
}

/** Judges all figures of a comparison as one family. */
export function judgeFigures(
  pairs: readonly FigurePair[],
  { figures }: Policy,
  noise: Noise = new Map(),
): JudgedFigure[] {
  const tested = pairs.filter((pair) => pair.incomparable === null && pair.logRatios.size >= FEWEST_BLOCKS)
  const worse = signFlip(tested.map((pair) => worsening(pair)))
  const better = signFlip(tested.map((pair) => negated(worsening(pair))))
  const chances = new Map(tested.map((pair, index) => [pair, { worse: worse[index] ?? 1, better: better[index] ?? 1 }]))
  return pairs.map((pair) => {
    const rule = figures.metrics[pair.metric]
    const own = rule?.minimalEffect ?? figures.minimalEffect
    const threshold = Math.max(own, NOISE_FACTOR * (noise.get(pair.key) ?? 0))
    const effect = pair.logRatios.size >= 2 ? effectOf([...pair.logRatios.values()]) : null
    const chance = chances.get(pair)
    const judged = { pair, effect, threshold, pWorse: chance?.worse ?? null, pBetter: chance?.better ?? null }
    return {
      ...judged,
      finding: findingOf(judged, { alpha: figures.alpha, gate: rule?.gate ?? true, required: rule?.required ?? false }),
    }
  })
}

/** Positive for worse. */
const worsening = ({ better, logRatios }: FigurePair): Differences =>
  better === 'lower' ? logRatios : negated(logRatios)

const negated = (differences: Differences): Differences =>
  new Map([...differences].map(([block, value]) => [block, -value]))

function findingOf(
  { pair, effect, pWorse, pBetter, threshold }: Omit<JudgedFigure, 'finding'>,
  { alpha, gate, required }: { alpha: number; gate: boolean; required: boolean },
): Finding {
  const of = { subject: pair.key, title: `${pair.metric} (${pair.unit}, ${pair.better} is better)` }
  const dropped = Object.entries(pair.dropped).map(([rule, count]) => `${count} ${rule}`)
  const without = dropped.length > 0 ? `; left out: ${dropped.join(', ')}` : ''
  if (effect === null || pWorse === null || pBetter === null)
    return {
      ...of,
      what: `${pair.incomparable ?? `${pair.logRatios.size} blocks that both runs have`}${without}`,
      weight: gate && required ? 'open' : 'told',
      because:
        pair.incomparable === null ? `a figure is judged by ${FEWEST_BLOCKS} blocks or more` : 'nothing to compare',
      settledBy: `run both with --quiet-nodes --behaviour ${pair.behaviour}, ${FEWEST_BLOCKS} blocks or more`,
    }
  const what = `${effectText(effect)}${without}`
  const worsened = pair.better === 'lower' ? effect.change : 1 / (1 + effect.change) - 1
  if (pWorse <= alpha && worsened >= threshold)
    return {
      ...of,
      what: `worse: ${what}`,
      weight: gate ? 'blocks' : 'told',
      because: `p = ${pWorse.toPrecision(2)} over all figures, and at least ${percent(threshold)}${gate ? '' : '; the policy does not gate on it'}`,
    }
  const improved =
    pBetter <= alpha && -effect.change * (pair.better === 'lower' ? 1 : -1) >= threshold / (1 + threshold)
  const settled = gate && required && !improved && couldBeWorse(pair, effect, threshold)
  return {
    ...of,
    what: `${improved ? 'better' : pWorse <= alpha ? 'worse, by less than matters' : 'no change that could be told from chance'}: ${what}`,
    weight: settled ? 'open' : 'told',
    because: settled
      ? `a worsening of ${percent(threshold)} is not ruled out`
      : `p = ${pWorse.toPrecision(2)} for worse, ${pBetter.toPrecision(2)} for better`,
    ...(settled ? { settledBy: `run both with more blocks: --behaviour ${pair.behaviour}` } : {}),
  }
}

const couldBeWorse = ({ better }: FigurePair, { low, high }: Effect, threshold: number): boolean =>
  better === 'lower' ? high >= threshold : 1 / (1 + low) - 1 >= threshold
