import type { Fact } from '../../helpers/facts/fact.ts'
import type { Need, NeedContext } from './need.ts'
import { annotationNeeds } from './needs/annotations.ts'
import { confidentialNeeds } from './needs/confidential.ts'
import { imageNeeds } from './needs/images.ts'
import { kubeletStatsNeeds } from './needs/kubeletStats.ts'
import { kyvernoNeeds } from './needs/kyverno.ts'
import { nodeNeeds } from './needs/node.ts'
import { snapshotterNeeds } from './needs/snapshotter.ts'
import { storageNeeds } from './needs/storage.ts'
import { networkNeeds } from './needs/network.ts'

const truth = (fact: Fact<boolean>, otherwise: string): string | null => {
  if (fact.value === true) return null
  return fact.value === null ? `${otherwise}: unknown, ${fact.how}` : `${otherwise}: ${fact.how}`
}

const atLeast = (fact: Fact<number> | undefined, minimum: number, what: string): string | null => {
  if (!fact) return `${what}: no node to ask`
  if (fact.value === null) return `${what} >= ${minimum} is not known: ${fact.how}`
  return fact.value >= minimum ? null : `needs ${what} >= ${minimum}, the node has ${fact.value} (${fact.how})`
}

/** Needs of the catalogue by name; `name>=N` and `name:value` carry an argument. */
const needs: Readonly<Record<string, Need>> = {
  api: () => null,
  none: () => null,
  'node-probe': ({ facts }) => truth(facts.nodeProbe, 'needs the node probe'),
  'psa:privileged-ns': ({ facts }) =>
    truth(facts.privilegedNamespace, 'needs a namespace with Pod Security level privileged'),
  'runtimeclass-write': ({ facts }) =>
    truth(facts.mayCreateRuntimeClasses, 'needs permission to create RuntimeClasses'),
  // Whether crictl is on the node is seen by the check that uses it: the probe says null, and the arm is skipped then.
  crictl: ({ facts }) => truth(facts.nodeProbe, 'needs crictl through the node probe'),
  ctr: ({ facts }) => truth(facts.nodeProbe, 'needs ctr through the node probe'),
  'kata-debug-console': () => "needs the agent's debug console, which the suite never enables",
  'nodes>=2': ({ facts }) => {
    const count = facts.nodes.filter((node) => node.kata.value === true).length
    return count >= 2 ? null : `needs two Kata nodes, there are ${count}`
  },
  'node-cpus': ({ node }, n) => atLeast(node?.cpus, Number(n), 'node CPUs'),
  'node-cpu-allocatable': ({ node }, n) => {
    const millicores = node?.allocatableMillicores
    if (!millicores) return 'allocatable CPUs: no node to ask'
    return atLeast(
      millicores.value === null ? millicores : { ...millicores, value: millicores.value / 1000 },
      Number(n),
      'allocatable CPUs',
    )
  },
  arch: ({ node }, architecture) => {
    const fact = node?.architecture
    if (!fact || fact.value === null) return `needs architecture ${architecture}: unknown, ${fact?.how ?? 'no node'}`
    return fact.value === architecture ? null : `not applicable on ${fact.value}: the claim is about ${architecture}`
  },
  containerd: ({ node }) => {
    const runtime = node?.containerRuntime
    return runtime?.value?.startsWith('containerd')
      ? null
      : `needs containerd, the node runs ${runtime?.value ?? 'an unknown runtime'}`
  },
  'perf-quiet-node': ({ options }) =>
    options.quietNodes ? null : 'measures performance; run with --quiet-nodes on nodes without other load',
  'node-changes': ({ options }) =>
    options.allowNodeChanges
      ? null
      : 'makes files or devices of its own on the node, or ends processes of its own pods; run with --allow-node-changes',
  'host-danger-allowed': ({ options }) =>
    options.allowDisruptive ? null : 'can disturb other pods of the node; run with --allow-disruptive',
  ...annotationNeeds,
  ...confidentialNeeds,
  ...imageNeeds,
  ...kyvernoNeeds,
  ...nodeNeeds,
  ...snapshotterNeeds,
  ...storageNeeds,
  ...kubeletStatsNeeds,
  ...networkNeeds,
  slow: ({ options }) => (options.slow ? null : 'takes more than five minutes; run with --slow'),
}

export const isKnownNeed = (need: string): boolean => split(need).name in needs

const split = (need: string): { name: string; argument: string } => {
  if (need in needs) return { name: need, argument: '' }
  const [, name = need, argument = ''] = /^(.+?)(?:>=|:)(.+)$/.exec(need) ?? []
  return { name, argument }
}

/** Reasons of the needs that are not met; empty when the arm can run. */
export function unmetNeeds(of: readonly string[], context: NeedContext): string[] {
  return of.flatMap((need) => {
    const { name, argument } = split(need)
    const check = needs[name]
    const reason = check ? check(context, argument) : `needs ${need}, which this suite does not know how to find out`
    return reason === null ? [] : [reason]
  })
}
