import type { Fact } from '../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../helpers/facts/facts.ts'
import type { DoctorReport } from './doctorReport.ts'
import { plainTable } from './terminal/plainTable.ts'

/** The report for a terminal: what is known, what contradicts itself, what can run, and what is missing for the rest. */
export function doctorText(facts: ClusterFacts, report: DoctorReport, notes: readonly string[]): string {
  const named = new Set(report.chapters.flatMap((each) => Object.keys(each.runnable)))
  const classes = facts.classes.map((each) => each.name).filter((name) => named.has(name))
  const others = (runnable: Readonly<Record<string, number>>): number =>
    Object.entries(runnable).reduce((sum, [name, count]) => (classes.includes(name) ? sum : sum + count), 0)
  return [
    section('NOT KATA', bullets(report.impostors)),
    section('CLUSTER', clusterTable(facts)),
    section('NODES', nodeTable(facts.nodes)),
    section('RUNTIMECLASSES', facts.classes.length === 0 ? "none is Kata's\n" : classTable(facts.classes)),
    section('WARNINGS', bullets([...report.warnings.filter((each) => !report.impostors.includes(each)), ...notes])),
    ...report.remedies.map((each) =>
      section(`REMEDY FOR ${each.node} (${each.why}; the suite does none of this itself)`, bullets(each.steps)),
    ),
    section(
      `CHECKS THAT CAN RUN: ${report.runnable} of ${report.planned}`,
      plainTable(
        ['CHAPTER', 'CHECKS', ...classes, 'NODES, CLUSTER'],
        report.chapters.map(({ chapter, checks, runnable }) => [
          chapter,
          String(checks),
          ...classes.map((name) => String(runnable[name] ?? 0)),
          String(others(runnable)),
        ]),
      ),
    ),
    section(
      'WHAT IS MISSING FOR THE OTHERS',
      bullets(report.missing.map((each) => `${each.checks} on ${each.subjects.join(', ')}: ${each.reason}`)),
    ),
  ]
    .filter((each) => each !== '')
    .join('\n')
}

const section = (title: string, body: string): string => (body === '' ? '' : `${title}\n${body}`)
const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}\n`).join('')

/** The value, or a question mark: why it is not known stands in the facts of -o json. */
const say = <T>(fact: Fact<T> | undefined): string =>
  fact === undefined || fact.value === null ? '?' : String(fact.value)

const clusterTable = (facts: ClusterFacts): string =>
  plainTable(
    ['FACT', 'VALUE', 'HOW IT IS KNOWN'],
    (
      [
        ['Kubernetes', facts.kubernetesVersion],
        ['distribution', facts.distribution],
        ['Kata', facts.kataVersion],
        ['default runtime', facts.defaultRuntime],
        ['node probe', facts.nodeProbe],
        ['privileged namespace', facts.privilegedNamespace],
        ['may create RuntimeClasses', facts.mayCreateRuntimeClasses],
      ] as const
    ).map(([name, fact]) => [name, say<unknown>(fact), fact.how]),
  )

const nodeTable = (nodes: readonly NodeFacts[]): string =>
  plainTable(
    [
      'NODE',
      'KATA',
      'SCHEDULABLE',
      'KVM',
      'CPU',
      'NESTED',
      'MACHINE',
      'CGROUP',
      'CPUS',
      'FREE CPU',
      'FREE MEMORY',
      'RUNTIME',
    ],
    nodes.map((node) => [
      node.name,
      say(node.kata),
      say(node.schedulable),
      say(node.kvmUsable),
      say(node.cpuVirtualization),
      say(node.nested),
      say(node.machine.value === null ? (node.provider ?? node.machine) : node.machine),
      node.cgroupVersion.value === null ? '?' : `v${node.cgroupVersion.value} ${say(node.cgroupDriver)}`,
      say(node.cpus),
      free(node.allocatableMillicores, node.requestedMillicores, 'm'),
      free(node.allocatableMiB, node.requestedMiB, 'Mi'),
      say(node.containerRuntime),
    ]),
  )

const free = (allocatable: Fact<number>, requested: Fact<number>, unit: string): string =>
  allocatable.value === null || requested.value === null
    ? '?'
    : `${Math.floor(allocatable.value - requested.value)}${unit}`

const settings = (of: ClassFacts): string[] => [
  say(of.shim),
  say(of.hypervisor),
  say(of.sizing),
  say(of.defaultVcpus),
  of.defaultMemoryMiB.value === null ? '?' : `${of.defaultMemoryMiB.value}Mi`,
  say(of.blockDeviceUse),
]

const classTable = (classes: readonly ClassFacts[]): string =>
  plainTable(
    ['CLASS', 'RUNS AS', 'SHIM', 'HYPERVISOR', 'SIZING', 'VCPUS', 'MEMORY', 'BLOCK', 'OVERHEAD', 'NODES'],
    classes.map((each) => [
      each.name,
      say(each.runtimeType),
      ...(each.promised === undefined ? settings(each) : settings(each).map(() => '?')),
      `${say(each.overheadMillicores)}m ${say(each.overheadMiB)}Mi`,
      String(each.nodes.length),
    ]),
  )
