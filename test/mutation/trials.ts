import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { ListedFault } from '../../sim/faults/listedFaults.ts'
import { compare, type Expected } from './compare.ts'
import type { SimulatedRun } from './simulatedRun.ts'
import type { Shown } from './tryGroup.ts'
import type { Workers } from './workers.ts'

const SCENARIO = 'small'
/** Claims about a class are tried on one of each hypervisor's kind; the healthy runs try every class. */
const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']
/** Figures need time that flows: with jumps, how busy the real machine is would show in them. */
const MEASURING_SPEED = 50

interface Place {
  readonly scenario?: string | undefined
  readonly kataVersion?: string | undefined
  readonly classes?: readonly string[] | undefined
}

export const placeOf = ({ scenario = SCENARIO, kataVersion, classes }: Place): string =>
  [
    [scenario, kataVersion].filter((part) => part !== undefined).join(' with Kata '),
    ...(classes === undefined ? [] : [classes.join(' ')]),
  ].join(', ')

/** Runs of all checks, or of those that measure, on healthy clusters and under faults of one place. */
export interface Trials {
  /** Checks of the kind that name the fault. */
  readonly expectedOf: (fault: string) => Expected
  /** The healthy run that faults of a place are held against; made once. */
  healthy(place: Place): Promise<RunRecord>
  /** @throws OutOfTimeError */
  under(faults: readonly ListedFault[]): Promise<Shown>
}

interface Kind {
  readonly name: string
  readonly behaviours: readonly string[]
  /** @param expected null on a healthy cluster */
  readonly taskOf: (
    place: Place,
    expected: Expected | null,
  ) => Omit<SimulatedRun, 'scenario' | 'kataVersion' | 'faults'>
}

/** Everything that is seen: all checks but those that need quiet nodes. */
export function observing(registered: readonly RegisteredBehaviour[]): Kind {
  const measured = measuring(registered).behaviours
  return {
    name: 'observing',
    behaviours: registered.map(({ id }) => id).filter((id) => !measured.includes(id)),
    taskOf: (place, expected) => ({
      options: classesIn(place),
      ...(expected && { select: { per: 'check', all: [...expected.keys()] } }),
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
    behaviours: all,
    taskOf: ({ classes = CLASSES }, expected) => ({
      options: {
        quietNodes: true,
        maxArms: 1,
        behaviours: all.filter((id) => !expected || isJudged(id) || expected.has(id)),
        classes,
      },
      speed: MEASURING_SPEED,
      select: { per: 'check', all: (expected ? [...expected.keys()] : all).filter(isJudged) },
    }),
  }
}

interface TrialOptions {
  readonly workers: Workers
  readonly registered: readonly RegisteredBehaviour[]
  /** ms since the epoch */
  readonly deadline: number
  readonly onHealthy: (what: string, record: RunRecord) => void
}

export function createTrials(kind: Kind, { workers, registered, deadline, onHealthy }: TrialOptions): Trials {
  const ofKind = registered.filter(({ id }) => kind.behaviours.includes(id))
  const runs = new Map<string, Promise<RunRecord>>()
  const expectedOf = (fault: string): Expected =>
    new Map(
      ofKind.flatMap(({ id, definition: { killedBy } }) => (fault in killedBy ? [[id, killedBy[fault] ?? '']] : [])),
    )
  const run = (
    { scenario = SCENARIO, kataVersion, classes }: Place,
    faults: readonly string[],
    expected: Expected | null,
  ) =>
    workers.run(
      { scenario, kataVersion, faults, ...kind.taskOf({ scenario, classes }, expected) },
      expected ? deadline : Infinity,
    )
  const healthy = (place: Place): Promise<RunRecord> => {
    const key = placeOf(place)
    const made =
      runs.get(key) ??
      run(place, [], null).then((record) => {
        onHealthy(`${key}, ${kind.name}`, record)
        return record
      })
    runs.set(key, made)
    return made
  }
  return {
    expectedOf,
    healthy,
    async under(faults) {
      const [place] = faults
      if (!place) throw new RangeError('no fault to try')
      const expected = new Map(faults.flatMap(({ name }) => [...expectedOf(name)]))
      const names = faults.map(({ name }) => name)
      const { survived, unrelated } = compare(
        expected,
        await healthy(place),
        await run(place, names, expected),
        place.stops,
      )
      const survivedOf = (fault: string) => [...expectedOf(fault).keys()].flatMap((id) => survived.get(id) ?? [])
      return { survived: new Map(names.map((name) => [name, survivedOf(name)])), unrelated }
    },
  }
}

/** Of other scenarios than the usual one all classes are looked at: they are there for their classes or nodes. */
function classesIn({ scenario, classes }: Place): object {
  if (classes !== undefined) return { classes }
  return scenario === SCENARIO ? { classes: CLASSES } : {}
}
