import type { Fact } from './fact.ts'
import type { ClusterFacts } from './facts.ts'

/** A fact as the run record keeps it. */
export interface FactRecord {
  subject: string
  name: string
  value: string | number | boolean | string[] | null
  unit: string | null
  how: string
  evidence: string | null
}

/** Units of facts whose name does not end in one. */
const units: Readonly<Record<string, string>> = {
  cpus: 'CPUs',
  defaultVcpus: 'vCPUs',
  maxVcpus: 'vCPUs',
  sandboxOverheadVcpus: 'vCPUs',
}

const endings: readonly (readonly [RegExp, string])[] = [
  [/MiB$/, 'MiB'],
  [/KiB$/, 'KiB'],
  [/Millicores$/i, 'millicores'],
  [/Pods$/, 'pods'],
]

/** Facts as a flat list: of the cluster, of each node, of each class. */
export function factRecords(facts: ClusterFacts): FactRecord[] {
  const { nodes, classes, otherClasses, declared, ...cluster } = facts
  return [
    ...recordsOf('cluster', cluster),
    record('cluster', 'otherClasses', {
      value: [...otherClasses],
      how: 'RuntimeClasses that nothing but perhaps their name says to be Kata',
    }),
    record('cluster', 'declared', {
      value: declared?.map(({ name }) => name) ?? null,
      how: declared ? 'the profile' : 'no profile is given',
    }),
    ...nodes.flatMap(({ name, ...rest }) => recordsOf(`node/${name}`, rest)),
    ...classes.flatMap(({ name, nodes: reachable, withoutShim, evidence, ...rest }) => [
      record(`class/${name}`, 'kata', { value: true, how: evidence ?? 'given' }),
      record(`class/${name}`, 'nodes', {
        value: [...reachable],
        how: `nodeSelector and tolerations of the class, labels and taints of the nodes${withoutShim === undefined ? '' : `; ${withoutShim}`}`,
      }),
      ...recordsOf(`class/${name}`, rest),
    ]),
  ]
}

const recordsOf = (subject: string, group: object): FactRecord[] =>
  Object.entries(group)
    .filter((entry): entry is [string, Fact<unknown>] => isFact(entry[1]))
    .map(([name, fact]) => record(subject, name, fact))

const isFact = (value: unknown): value is Fact<unknown> =>
  typeof value === 'object' && value !== null && 'how' in value && 'value' in value

function record(subject: string, name: string, fact: Fact<unknown>): FactRecord {
  const unit = units[name] ?? endings.find(([ending]) => ending.test(name))?.[1] ?? null
  return { subject, name, value: plain(fact.value), unit, how: fact.how, evidence: fact.evidence ?? null }
}

/** Maps become `key=value` lists. */
function plain(value: unknown): FactRecord['value'] {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (Array.isArray(value)) return value.map(String)
  return Object.entries(value as object).map(([key, each]) => `${key}=${String(each)}`)
}
