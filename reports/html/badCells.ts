import type { DigestCell, RunDigest } from './runDigest.ts'

/** A cell that fails in the newest run. */
export interface BadCell {
  readonly key: string
  readonly title: string
  readonly message: string
  /** The run since which it fails without a break, and its release of Kata. Runs that did not observe it are no break. */
  readonly since: string
  readonly kata: string | null
}

/** @param digests the oldest first */
export function badCells(digests: readonly RunDigest[]): BadCell[] {
  const last = digests.at(-1)
  if (!last) return []
  const titles = new Map(last.claims.map(({ id, title }) => [id, title]))
  return [...last.cells].flatMap(([behaviour, row]) =>
    [...row].flatMap(([column, { letter, message }]): BadCell[] => {
      if (letter !== 'f') return []
      const since = sinceWhen(digests, (digest) => digest.cells.get(behaviour)?.get(column))
      return [
        {
          key: `${behaviour} ${column}`,
          title: titles.get(behaviour) ?? '',
          message,
          since: since.name,
          kata: since.kata,
        },
      ]
    }),
  )
}

function sinceWhen(digests: readonly RunDigest[], cellOf: (digest: RunDigest) => DigestCell | undefined) {
  const observed = digests.filter((digest) => 'pfk'.includes(cellOf(digest)?.letter ?? ' '))
  const good = observed.findLastIndex((digest) => cellOf(digest)?.letter !== 'f')
  return observed[good + 1]?.head ?? { name: '?', kata: null }
}
