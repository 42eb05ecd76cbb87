import type { Outcome } from './compare.ts'

/** What one run under all faults of a group showed. */
export interface Shown {
  /** By fault: its checks that did not turn red as announced. */
  readonly survived: ReadonlyMap<string, readonly string[]>
  /** Arms of checks that name none of the faults, and changed. */
  readonly unrelated: readonly string[]
}

/**
 * Tries faults together, and those alone at last whose outcome the others could have had a part in: only what every other check stayed green beside is
 * believed of a group.
 * @param run all checks under the given faults
 * @param onSplit called with what a group showed that is tried again in smaller ones
 */
export async function tryGroup(
  group: readonly string[],
  run: (faults: readonly string[]) => Promise<Shown>,
  onSplit: (group: readonly string[], shown: Shown) => void = () => undefined,
): Promise<Outcome[]> {
  const shown = await run(group)
  const { survived, unrelated } = shown
  const survivors = group.filter((fault) => (survived.get(fault) ?? []).length > 0)
  const [fault] = group
  if (fault !== undefined && group.length === 1) return [{ fault, survived: survived.get(fault) ?? [], unrelated }]
  if (survivors.length === 0 && unrelated.length === 0) return group.map(killed)
  onSplit(group, shown)
  if (unrelated.length > 0 || survivors.length === group.length) {
    const middle = Math.ceil(group.length / 2)
    const halves = [group.slice(0, middle), group.slice(middle)]
    return (await Promise.all(halves.map((half) => tryGroup(half, run, onSplit)))).flat()
  }
  const rest = group.filter((each) => !survivors.includes(each))
  return [...rest.map(killed), ...(await tryGroup(survivors, run, onSplit))]
}

const killed = (fault: string): Outcome => ({ fault, survived: [], unrelated: [] })
