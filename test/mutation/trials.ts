import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { ListedFault } from '../../sim/faults/listedFaults.ts'
import { compare, type Expected, type SeenArm } from './compare.ts'
import type { SimulatedRun } from './simulatedRun.ts'
import type { Shown } from './tryGroup.ts'
import type { Workers } from './workers.ts'

const SCENARIO = 'small'
/** Claims about a class are tried on one of each hypervisor's kind, and on the classes that faults name. */
const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']
/** Figures need time that flows: with jumps, how busy the real machine is would show in them. */
const MEASURING_SPEED = 50

/** The cluster of a fault: faults of one place are held against one healthy run. */
export const placeOf = ({ scenario = SCENARIO, kataVersion }: Omit<ListedFault, 'name' | 'departure'>): string =>
  [scenario, ...(kataVersion === undefined ? [] : [`with Kata ${kataVersion}`])].join(' ')

/** Runs of all checks, or of those that measure, on healthy clusters and under faults of one place. */
export interface Trials {
  /** Checks of the kind that name the fault. */
  readonly expectedOf: (fault: string) => Expected
  readonly concerns: (fault: string) => boolean
  /** The healthy run that faults of a place are held against; made once. */
  healthy(place: string): Promise<readonly SeenArm[]>
  /** @throws OutOfTimeError */
  under(faults: readonly ListedFault[]): Promise<Shown>
}

interface Kind {
  readonly name: string
  readonly behaviours: readonly string[]
  /** False: only faults that one of the behaviours names. */
  readonly everyFault: boolean
  /** @param checks that name one of the faults; null on the healthy cluster of the usual scenario, where all is looked at */
  readonly taskOf: (
    classes: readonly string[] | null,
    checks: readonly string[] | null,
  ) => Pick<SimulatedRun, 'options' | 'speed' | 'select'>
}

/** Everything that is seen: all checks but those that need quiet nodes. */
export function observing(registered: readonly RegisteredBehaviour[]): Kind {
  const measured = measuring(registered).behaviours
  return {
    name: 'observing',
    everyFault: true,
    behaviours: registered.map(({ id }) => id).filter((id) => !measured.includes(id)),
    taskOf: (classes, checks) => ({
      options: classes === null ? {} : { classes },
      ...(checks && { select: { per: 'check', all: checks } }),
    }),
  }
}

/**
 * Checks that measure performance: they run alone, on quiet nodes, and only where a fault concerns them. Figures of BENCH take dozens of sandboxes each and
 * are not judged: of each one arm is run, and under faults those that name one of them.
 */
export function measuring(registered: readonly RegisteredBehaviour[]): Kind {
  const { claims } = loadCatalog()
  const all = registered.map(({ id }) => id).filter((id) => claims.get(id)?.needs.includes('perf-quiet-node'))
  const isJudged = (id: string): boolean => !id.startsWith('KATA-BENCH-')
  return {
    name: 'measuring',
    everyFault: false,
    behaviours: all,
    taskOf: (classes, checks) => ({
      options: {
        quietNodes: true,
        maxArms: 1,
        behaviours: all.filter((id) => !checks || isJudged(id) || checks.includes(id)),
        classes: classes ?? [],
      },
      speed: MEASURING_SPEED,
      select: { per: 'check', all: (checks ?? all).filter(isJudged) },
    }),
  }
}

interface TrialOptions {
  /** All that will be tried: healthy runs have the classes of each of them. */
  readonly faults: readonly ListedFault[]
  /** Of healthy runs, and of those under faults. */
  readonly workers: Readonly<Record<'healthy' | 'faulty', Pick<Workers, 'run'>>>
  readonly registered: readonly RegisteredBehaviour[]
  /** ms since the epoch */
  readonly deadline: number
  readonly onHealthy: (what: string, seen: readonly SeenArm[]) => void
}

export function createTrials(
  kind: Kind,
  { faults: all, workers, registered, deadline, onHealthy }: TrialOptions,
): Trials {
  const ofKind = registered.filter(({ id }) => kind.behaviours.includes(id))
  const healthyRuns = new Map<string, Promise<readonly SeenArm[]>>()
  const expectedOf = (fault: string): Expected =>
    new Map(
      ofKind.flatMap(({ id, definition: { killedBy } }) => (fault in killedBy ? [[id, killedBy[fault] ?? '']] : [])),
    )
  const concerns = (fault: string): boolean => kind.everyFault || expectedOf(fault).size > 0
  const checksOf = (faults: readonly ListedFault[]): readonly string[] => [
    ...new Set(faults.flatMap(({ name }) => [...expectedOf(name).keys()])),
  ]
  const run = (of: readonly ListedFault[], names: readonly string[]): Promise<readonly SeenArm[]> => {
    const { scenario = SCENARIO, kataVersion } = of[0] ?? {}
    const isHealthy = names.length === 0
    const checks = isHealthy && scenario === SCENARIO ? null : checksOf(of)
    const task = { scenario, kataVersion, faults: names, ...kind.taskOf(classesOf(of), checks) }
    return isHealthy ? workers.healthy.run(task) : workers.faulty.run(task, deadline)
  }
  const healthy = (place: string): Promise<readonly SeenArm[]> => {
    const concerned = all.filter((fault) => placeOf(fault) === place && concerns(fault.name))
    const made =
      healthyRuns.get(place) ??
      run(concerned, []).then((seen) => {
        onHealthy(`${place}, ${kind.name}`, seen)
        return seen
      })
    healthyRuns.set(place, made)
    return made
  }
  return {
    expectedOf,
    concerns,
    healthy,
    async under(faults) {
      const [first] = faults
      if (!first) throw new RangeError('no fault to try')
      const expected = new Map(faults.flatMap(({ name }) => [...expectedOf(name)]))
      const names = faults.map(({ name }) => name)
      const [before, after] = await Promise.all([healthy(placeOf(first)), run(faults, names)])
      const { survived, unrelated } = compare(expected, before, after, first.stops)
      const survivedOf = (fault: string) => [...expectedOf(fault).keys()].flatMap((id) => survived.get(id) ?? [])
      return { survived: new Map(names.map((name) => [name, survivedOf(name)])), unrelated }
    },
  }
}

/** What faults are looked at on: their own classes and, in the usual scenario, the usual ones for those that name none; null: all of the scenario. */
function classesOf(faults: readonly ListedFault[]): readonly string[] | null {
  const wanted = faults.map(({ scenario = SCENARIO, classes }) => classes ?? (scenario === SCENARIO ? CLASSES : null))
  if (wanted.includes(null)) return null
  return [...new Set(wanted.flatMap((classes) => classes ?? []))]
}
