import { type Fault, faults, type Strike } from './faults.ts'
import { type Group, groups } from './groups.ts'
import { randomOf } from './random.ts'

/** One disturbed run as its seed decides it: what is run, what strikes it, and when. */
export interface FaultPlan {
  readonly seed: number
  readonly fault: string
  readonly group: Group
  /** Of the clusters that there are: see `clusters/`. */
  readonly cluster: string
  /** The moment, as a share of the requests of an undisturbed run: 0 is the first, 1 would be the last. */
  readonly at: number
  readonly strike: Strike
}

export interface Choices {
  readonly clusters: readonly string[]
  /** Default: all. */
  readonly faults?: readonly string[]
  readonly groups?: readonly Group[]
}

/** The plan of a seed. Seeds that follow each other take the faults in turn. Throws RangeError when no fault has the name. */
export function planOf(seed: number, { clusters, faults: names, groups: chosenGroups = groups }: Choices): FaultPlan {
  const chosen: readonly Fault[] = names ? faults.filter(({ name }) => names.includes(name)) : faults
  const fault = chosen[seed % chosen.length]
  if (!fault)
    throw new RangeError(`there is no fault ${names?.join(', ')}; ${faults.map(({ name }) => name).join(', ')}`)
  const random = randomOf(seed)
  return {
    seed,
    fault: fault.name,
    group: random.pick(chosenGroups),
    cluster: random.pick(clusters),
    at: random.next() * 0.98,
    strike: fault.draw(random),
  }
}
