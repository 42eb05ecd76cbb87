import type { ArmRecord } from '../record/arm.ts'
import type { Figure, Sample } from '../record/figure.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { blockMeans } from '../statistics/blockMean.ts'
import type { Identities } from './identities.ts'

/** One figure in two runs, block by block. */
export interface FigurePair {
  /** `metric RuntimeClass case` */
  readonly key: string
  readonly metric: string
  readonly behaviour: string
  readonly runtimeClass: string | null
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly before: readonly Sample[]
  readonly after: readonly Sample[]
  /** ln(after / before) of the blocks that both runs have, by block: positive for larger. */
  readonly logRatios: ReadonlyMap<string, number>
  /** Why it cannot be compared; null when it can. */
  readonly incomparable: string | null
  /** Samples that were left out, by rule. */
  readonly dropped: Readonly<Record<string, number>>
}

interface Series {
  readonly arm: ArmRecord
  readonly figure: Figure
  readonly samples: readonly Sample[]
}

/** Figures that either run has. */
export function pairFigures(before: RunRecord, after: RunRecord, identities: Identities): FigurePair[] {
  const [was, is] = [seriesOf(before, identities), seriesOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])].map((key) => pair(key, was.get(key) ?? [], is.get(key) ?? []))
}

function seriesOf({ arms }: RunRecord, identities?: Identities): Map<string, Series[]> {
  const found = new Map<string, Series[]>()
  for (const arm of arms) {
    for (const figure of arm.role === 'check' ? arm.figures : []) {
      const className = arm.runtimeClass === null ? null : (identities?.classOf(arm.runtimeClass) ?? arm.runtimeClass)
      const key = [figure.metric, className, arm.case].filter((part) => part !== null).join(' ')
      const series = { arm, figure, samples: judged(figure.samples) }
      found.set(key, [...(found.get(key) ?? []), series])
    }
  }
  return found
}

/** Samples with the rules that hold whoever measured them: no negative amounts, no clock that jumps back. */
function judged(samples: readonly Sample[]): Sample[] {
  let latest = -Infinity
  return samples.map((sample) => {
    const at = Date.parse(sample.at)
    const invalid =
      sample.invalid ?? (sample.value < 0 ? 'negative' : at < latest || Number.isNaN(at) ? 'clock-jump' : null)
    if (at > latest) latest = at
    return { ...sample, invalid }
  })
}

function pair(key: string, was: readonly Series[], is: readonly Series[]): FigurePair {
  const any = is[0] ?? was[0]
  if (!any) throw new Error(`no figure ${key}`)
  const [before, after] = [was, is].map((series) => series.flatMap(({ samples }) => samples)) as [Sample[], Sample[]]
  const methods = new Set([...was, ...is].map(({ figure }) => `${figure.method} (${figure.unit})`))
  const logRatios = methods.size === 1 ? ratios(meansOf(was), meansOf(is)) : new Map<string, number>()
  const { metric, unit, better } = any.figure
  const { behaviour, runtimeClass } = any.arm
  const incomparable =
    was.length === 0
      ? 'the first run did not measure it'
      : is.length === 0
        ? 'the second run did not measure it'
        : methods.size > 1
          ? `measured in two ways: ${[...methods].join('; ')}`
          : null
  return {
    key,
    metric,
    behaviour,
    runtimeClass,
    unit,
    better,
    before,
    after,
    logRatios,
    incomparable,
    dropped: droppedOf([...before, ...after]),
  }
}

/** Block means by node and block: a block of one node is no block of another. */
function meansOf(series: readonly Series[]): Map<string, number> {
  const means = new Map<string, number>()
  for (const { arm, samples } of series)
    for (const [block, mean] of blockMeans(samples)) means.set(`${arm.node ?? ''} ${arm.repeat} ${block}`, mean)
  return means
}

function ratios(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(
    [...before].flatMap(([block, was]) => {
      const is = after.get(block)
      return is !== undefined && was > 0 && is > 0 ? [[block, Math.log(is / was)]] : []
    }),
  )
}

function droppedOf(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { invalid } of samples) if (invalid !== null) counts[invalid] = (counts[invalid] ?? 0) + 1
  return counts
}

/** Mean of the blocks of each figure of one run, by its key. */
export function figureMeans(run: RunRecord): Map<string, number> {
  return new Map(
    [...seriesOf(run)].flatMap(([key, series]) => {
      const means = [...meansOf(series).values()]
      return means.length === 0 ? [] : [[key, means.reduce((sum, mean) => sum + mean, 0) / means.length]]
    }),
  )
}
