/** What is known of a version. skip: it could not be told. */
export type Known = 'good' | 'bad' | 'skip'

export type Step =
  | { readonly next: string }
  /** `lastGood` null: nothing before it was good. `among` more than one: those between could not be told. */
  | { readonly firstBad: string; readonly lastGood: string | null; readonly among: readonly string[] }
  | { readonly nothingBad: true }
  /** No version could be told that would have to be. */
  | { readonly open: readonly string[] }

/**
 * Which version to look at next, or the end. The oldest and the newest come first: unless the one is good and the other bad there is nothing to look for. Then the
 * middle of what is left, or what is nearest to it, as `git bisect` does with commits that cannot be tested.
 * @param versions oldest first; it is taken that what is bad once stays bad
 */
export function nextStep(versions: readonly string[], known: ReadonlyMap<string, Known>): Step {
  const of = (index: number): Known | undefined => known.get(versions[index] ?? '')
  const told = versions.map((_, index) => index).filter((index) => of(index) !== 'skip')
  const [first, last] = [told[0], told.at(-1)]
  if (first === undefined || last === undefined) return { open: versions }
  if (of(first) === undefined) return { next: versions[first] ?? '' }
  if (of(first) === 'bad')
    return { firstBad: versions[first] ?? '', lastGood: null, among: versions.slice(0, first + 1) }
  if (of(last) === undefined) return { next: versions[last] ?? '' }
  if (of(last) === 'good')
    return last === versions.length - 1 ? { nothingBad: true } : { open: versions.slice(last + 1) }
  const bad = versions.findIndex((_, index) => of(index) === 'bad')
  const good = versions.findLastIndex((_, index) => index < bad && of(index) === 'good')
  const between = told.filter((index) => index > good && index < bad)
  const middle = (good + bad) / 2
  const [next] = between.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
  if (next !== undefined) return { next: versions[next] ?? '' }
  return { firstBad: versions[bad] ?? '', lastGood: versions[good] ?? null, among: versions.slice(good + 1, bad + 1) }
}

/** Versions that are looked at when all can be told, at most. */
export const mostSteps = (versions: number): number =>
  versions <= 2 ? versions : 2 + Math.ceil(Math.log2(versions - 1))
