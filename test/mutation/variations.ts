import type { Arm } from '../../engine/plan/arm.ts'
import { startSimulatedCluster } from '../../cli/simulatedCluster.ts'
import { listedFaults } from '../../sim/faults/listedFaults.ts'
import { runChecks } from './simulatedRun.ts'

/** A healthy cluster on which the mutation run wants every check green: a scenario, a release of Kata, and whether figures are measured there. */
export interface Variation {
  readonly scenario: string
  readonly kataVersion?: string
  readonly quietNodes?: true
  /** What is otherwise with its nodes, and no departure of Kata's. */
  readonly faults?: readonly string[]
}

/** A check on a class, node or cluster of a variation, as the plan has it: it is not skipped there. */
export interface Executed {
  readonly behaviour: string
  readonly variation: Variation
  readonly runtimeClass: string | null
  readonly node: string | null
}

/** Where most faults turn their checks red. */
export const home: Variation = { scenario: 'small' }
/** Those of which the mutation run looks at every class. Of the others it looks at one of each shim. */
const releases = ['3.26.0', '4.1.0']

/** Of the healthy runs of test/mutation/main.ts: the usual place, the guide's cluster with the releases at both ends and its own, the quiet one for figures, and each place that a fault names. */
export function healthyVariations(): Variation[] {
  const ofFaults = listedFaults()
    .filter(({ scenario, kataVersion }) => scenario !== undefined || kataVersion !== undefined)
    .map(({ scenario = home.scenario, kataVersion }) => ({ scenario, ...(kataVersion ? { kataVersion } : {}) }))
  const all: Variation[] = [
    home,
    { ...home, quietNodes: true },
    ...releases.map((kataVersion) => ({ scenario: 'documented', kataVersion })),
    ...ofFaults,
  ]
  return [...new Map(all.map((each) => [nameOf(each), each])).values()]
}

/** Clusters for checks that are executed on one of the above alone: these checks are run there by test/book/specificity.test.ts. */
export const furtherVariations: readonly Variation[] = [
  { scenario: 'kyverno', kataVersion: '4.1.0' },
  { scenario: 'cilium', kataVersion: '4.1.0' },
  { scenario: 'without-nydus', kataVersion: '3.32.0' },
  { scenario: 'without-devmapper', kataVersion: '3.32.0' },
  { scenario: 'small', kataVersion: '4.1.0', quietNodes: true },
  { scenario: 'small', faults: ['node-without-kvm'] },
  { scenario: 'small', faults: ['kvm-locked-by-firmware'] },
]

export const nameOf = ({ scenario, kataVersion, quietNodes, faults }: Variation): string =>
  [
    scenario,
    ...(kataVersion ? [`with Kata ${kataVersion}`] : []),
    ...(quietNodes ? ['with quiet nodes'] : []),
    ...(faults ? [`with ${faults.join(', ')}`] : []),
  ].join(' ')

/** Plans every check on a variation, and runs none. */
export async function plannedOn(variation: Variation): Promise<Executed[]> {
  const { scenario, kataVersion, quietNodes, faults } = variation
  const simulation = await startSimulatedCluster({ scenario, kataVersion, faults, speed: Infinity })
  let arms: readonly Arm[] = []
  try {
    await runChecks(
      simulation.kubeconfig,
      {
        declaredClasses: simulation.classes,
        storageClasses: simulation.storageClasses,
        declaredDefaultClass: simulation.defaultRuntimeClass,
        production: simulation.production,
        ...(quietNodes ? { quietNodes } : {}),
      },
      (planned) => {
        arms = planned
        return []
      },
    )
  } finally {
    await simulation.close()
  }
  return arms
    .filter(({ planned, decided }) => planned.role === 'check' && decided === null)
    .map(({ planned: { behaviour, runtimeClass, node } }) => ({ behaviour, variation, runtimeClass, node }))
}

/** On what else than where its faults are shown a check has to stay green, nearest first. */
export interface Partners {
  readonly behaviour: string
  /** Other RuntimeClasses of the same cluster: another shim, hypervisor or sizing. */
  readonly classes: readonly string[]
  /** Other nodes of the same cluster. */
  readonly nodes: readonly string[]
  /** Other releases of Kata on the guide's cluster. */
  readonly releases: readonly string[]
  /** Other clusters: another network, distribution, way to deploy Kata, admission, storage. */
  readonly clusters: readonly string[]
}

/** @param executed of all variations @param behaviours ids of all checks */
export function partnersOf(behaviours: readonly string[], executed: readonly Executed[]): Partners[] {
  return behaviours.map((behaviour) => {
    const own = executed.filter((each) => each.behaviour === behaviour)
    const [proven] = own
    if (!proven) return { behaviour, classes: [], nodes: [], releases: [], clusters: [] }
    const beside = own.filter((each) => nameOf(each.variation) === nameOf(proven.variation))
    const elsewhere = own.filter((each) => nameOf(each.variation) !== nameOf(proven.variation))
    const guides = elsewhere.filter(({ variation }) => variation.scenario === 'documented')
    return {
      behaviour,
      classes: distinct(beside.map(({ runtimeClass }) => runtimeClass)).filter((each) => each !== proven.runtimeClass),
      nodes:
        proven.runtimeClass === null
          ? distinct(beside.map(({ node }) => node)).filter((each) => each !== proven.node)
          : [],
      releases: distinct(guides.map(({ variation }) => variation.kataVersion ?? null)),
      clusters: distinct(elsewhere.filter((each) => !guides.includes(each)).map(({ variation }) => nameOf(variation))),
    }
  })
}

const distinct = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((each) => each !== null))]

export const hasPartner = ({ classes, nodes, releases: others, clusters }: Partners): boolean =>
  [classes, nodes, others, clusters].some((of) => of.length > 0)
