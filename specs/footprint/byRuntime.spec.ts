import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import type { ClassFacts, ClusterFacts } from '../../helpers/facts/facts.ts'
import { idleFootprint, idlePod, idleTimeoutMs } from '../../helpers/guest/idleFootprint.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import {
  type ClassCondition,
  classes,
  decide,
  goShim,
  notConfidential,
  qemu,
  rustShim,
} from '../../helpers/oracles/applicability.ts'
import { comparableWith, nameOfComparable } from '../../helpers/oracles/comparableClass.ts'
import { measuredRelease } from '../../helpers/oracles/documentedFigures.ts'
import { guideClass, guideRow, guideTable, inGuideTable } from '../../helpers/oracles/guideFigures.ts'

const table = 'idle_memory_default_2048'

/** Classes of the cluster like the guide's, lightest first as in its table, on a node of this one. */
const measuredClasses = (of: ClassFacts, cluster: ClusterFacts): ClassFacts[] =>
  guideTable(table).flatMap(
    (row) =>
      cluster.classes.find(
        (each) => guideClass(each) === row.class && each.nodes.some((node) => of.nodes.includes(node)),
      ) ?? [],
  )

/** The class that the guide has next after this one; null for the heaviest. */
function nextHeavier(of: ClassFacts, cluster: ClusterFacts): ClassFacts | null {
  const ordered = measuredClasses(of, cluster)
  const own = ordered.findIndex((each) => guideClass(each) === guideClass(of))
  return ordered[own + 1] ?? null
}

behaviour('KATA-FOOTPRINT-005', {
  on: classes(inGuideTable(table), notConfidential, measuredRelease),
  pods: ({ runtimeClass, facts }) => ({
    pod: idlePod(runtimeClass),
    standard: idlePod(undefined),
    heavier: idlePod(nextHeavier(facts.class, facts.cluster)?.name),
  }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    await vmm(context, pods.pod)
    const heaviest = nextHeavier(facts.class, facts.cluster) === null
    const [own, standard, heavier] = await Promise.all([
      idleFootprint(context, pods.pod),
      idleFootprint(context, pods.standard),
      idleFootprint(context, pods.heavier),
    ])
    const total = Number(guideRow(table, facts.class)?.['total'])
    measure('RSS of the shim', own.shimMiB, 'MiB')
    measure('RSS of the VMM', own.vmmMiB, 'MiB')
    measure('RSS of virtiofsd', own.virtiofsdMiB, 'MiB')
    measure('PSS of all of them', own.pssMiB, 'MiB')
    measure("RSS of the default runtime's shim", standard.totalMiB, 'MiB')
    expect(measure('RSS of all of them', own.totalMiB, 'MiB'), 'RSS of an idle sandbox, MiB').to.be.within(
      0.7 * total,
      1.3 * total,
    )
    // The guide has 2 MB for crun, whose shim it leaves out; half of the lightest sandbox's is far from either.
    expect(standard.totalMiB, "RSS of the default runtime's shim, MiB").to.be.below(own.totalMiB / 2)
    if (!heaviest) {
      expect(own.totalMiB, `RSS of an idle sandbox beside that of the next heavier in the table, MiB`).to.be.at.most(
        1.1 * heavier.totalMiB,
      )
    }
  },
  timeoutMs: idleTimeoutMs,
  killedBy: {
    'dragonball-as-a-process': 'RSS of an idle sandbox, MiB',
    'shim-leaks-memory': 'RSS of an idle sandbox',
    'virtiofsd-grown': 'RSS of an idle sandbox',
    'clh-as-heavy-as-qemu': 'RSS of an idle sandbox',
    'dragonball-grown': 'RSS of an idle sandbox',
    'guest-memory-preallocated': 'RSS of an idle sandbox',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

const dragonball: ClassCondition = ({ hypervisor }) =>
  decide('hypervisor', hypervisor, (value) => value === 'dragonball')

const hasRivals: ClassCondition = (of, cluster) =>
  measuredClasses(of, cluster).some(({ name }) => name !== of.name) || {
    no: 'the cluster has none of the classes that the guide compares it with',
  }

behaviour('KATA-FOOTPRINT-006', {
  on: classes(dragonball, inGuideTable(table), hasRivals),
  pods: ({ runtimeClass, facts }) => ({
    dragonball: idlePod(runtimeClass),
    ...Object.fromEntries(
      measuredClasses(facts.class, facts.cluster)
        .filter(({ name }) => name !== facts.class.name)
        .map(({ name }) => [name, idlePod(name)]),
    ),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    await vmm(context, pods.dragonball)
    const totals = await Promise.all(
      Object.entries(pods).map(async ([name, pod]) => {
        const { totalMiB } = await idleFootprint(context, pod)
        return [name, measure(`RSS of an idle sandbox, ${name}`, totalMiB, 'MiB')] as const
      }),
    )
    const own = totals.find(([name]) => name === 'dragonball')?.[1] ?? Number.NaN
    for (const [name, total] of totals.filter(([each]) => each !== 'dragonball')) {
      expect(own, `RSS of the Dragonball sandbox beside that of ${name}, MiB`).to.be.at.most(total)
    }
  },
  timeoutMs: idleTimeoutMs,
  killedBy: {
    'dragonball-grown': 'RSS of the Dragonball sandbox beside that of kata-clh',
  },
})

const cloudHypervisor: ClassCondition = ({ hypervisor }) =>
  decide('hypervisor', hypervisor, (value) => value === 'cloud-hypervisor')

const goQemu = { shim: 'go', hypervisor: 'qemu' } as const

behaviour('KATA-FOOTPRINT-007', {
  on: classes(cloudHypervisor, goShim, notConfidential, comparableWith(goQemu)),
  pods: ({ runtimeClass, facts }) => ({
    clh: idlePod(runtimeClass),
    qemu: idlePod(nameOfComparable(facts.class, facts.cluster, goQemu)),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    await vmm(context, pods.clh)
    const [clh, other] = await Promise.all([idleFootprint(context, pods.clh), idleFootprint(context, pods.qemu)])
    measure('RSS of an idle sandbox, Cloud Hypervisor', clh.totalMiB, 'MiB')
    measure('RSS of an idle sandbox, QEMU', other.totalMiB, 'MiB')
    const lighter = measure('share by which it is lighter', 1 - clh.totalMiB / other.totalMiB, '')
    expect(lighter, 'share by which Cloud Hypervisor is lighter than QEMU').to.be.within(0.15, 0.55)
  },
  timeoutMs: idleTimeoutMs,
  killedBy: {
    'clh-as-heavy-as-qemu': 'share by which Cloud Hypervisor is lighter than QEMU',
    'guest-memory-preallocated': 'share by which Cloud Hypervisor is lighter than QEMU',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-FOOTPRINT-008', {
  on: classes(rustShim, qemu, notConfidential, comparableWith(goQemu)),
  pods: ({ runtimeClass, facts }) => ({
    rust: idlePod(runtimeClass),
    go: idlePod(nameOfComparable(facts.class, facts.cluster, goQemu)),
  }),
  async check(context) {
    const { pods, node, measure, expect } = context
    await vmm(context, pods.rust)
    const [rust, go] = await Promise.all([idleFootprint(context, pods.rust), idleFootprint(context, pods.go)])
    const [ofRust, ofGo] = await Promise.all([node.sandbox(pods.rust.uid), node.sandbox(pods.go.uid)])
    measure('RSS of the Rust shim', rust.shimMiB, 'MiB')
    measure('RSS of the Go shim', go.shimMiB, 'MiB')
    expect(program(ofRust.hypervisors[0]?.exe), 'QEMU of both shims').to.equal(program(ofGo.hypervisors[0]?.exe))
    expect(rust.shimMiB, 'RSS of the Rust shim, MiB').to.be.below(0.8 * go.shimMiB)
  },
  timeoutMs: idleTimeoutMs,
  killedBy: {
    'rust-shim-as-large-as-go': 'RSS of the Rust shim',
    'shim-leaks-memory': 'RSS of the Rust shim',
  },
})

/** An upgrade replaces files under running VMs: the kernel then says "(deleted)". */
const program = (exe: string | undefined): string =>
  need(
    { value: exe === undefined || exe === '' ? null : exe, how: '/proc/PID/exe cannot be read' },
    'the program of the VMM',
  ).replace(/ \(deleted\)$/, '')
