import { changeKinds } from './change.ts'
import type { Comparison } from './comparison.ts'
import type { FigurePair } from './figurePairs.ts'
import { effectOf, effectText } from '../statistics/effect.ts'

/** For a terminal: differences by kind, then figures. */
export function comparisonText(comparison: Comparison, forced: readonly string[] = []): string {
  const { before, after, changes, unchanged, figures, notes } = comparison
  const kinds = changeKinds.map((kind) => [kind, changes.filter((change) => change.kind === kind)] as const)
  return [
    `${before.runId} -> ${after.runId}: ${changes.length} checks differ, ${unchanged} do not`,
    ...[...forced, ...notes].map((note) => `note: ${note}`),
    ...kinds.flatMap(([kind, found]) =>
      found.length === 0
        ? []
        : ['', `${kind.replaceAll('-', ' ')} (${found.length})`, ...found.map(({ key, what }) => `  ${key}: ${what}`)],
    ),
    ...(figures.length === 0 ? [] : ['', `figures (${figures.length})`, ...figures.map(figureLine)]),
    '',
  ].join('\n')
}

function figureLine({ key, unit, incomparable, logRatios }: FigurePair): string {
  if (incomparable !== null) return `  ${key} (${unit}): ${incomparable}`
  if (logRatios.size < 2) return `  ${key} (${unit}): ${logRatios.size} blocks that both runs have`
  return `  ${key} (${unit}): ${effectText(effectOf([...logRatios.values()]))}`
}

/** For programs: without the arms themselves, which are in the two records. */
export function comparisonJson(
  { before, after, changes, unchanged, figures, notes }: Comparison,
  forced: readonly string[] = [],
): string {
  const figure = ({ key, metric, unit, better, incomparable, dropped, logRatios }: FigurePair) => ({
    ...{ figure: key, metric, unit, better, incomparable, dropped, blocks: logRatios.size },
    effect: logRatios.size < 2 ? null : effectOf([...logRatios.values()]),
  })
  const change = ({ key, kind, behaviour, level, gate, runtimeClass, case: row, what }: (typeof changes)[number]) => ({
    ...{ key, kind, behaviour, level, gate, runtimeClass, case: row, what },
  })
  return `${JSON.stringify(
    {
      before: before.runId,
      after: after.runId,
      forced,
      notes,
      unchanged,
      changes: changes.map(change),
      figures: figures.map(figure),
    },
    null,
    2,
  )}\n`
}
