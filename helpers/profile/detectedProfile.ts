import { dump } from 'js-yaml'
import { isThere } from '../facts/cilium.ts'
import type { Fact } from '../facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../facts/facts.ts'
import { shimOfHandler } from '../facts/kataShims.ts'
import { withoutUndefined } from './ownFormat.ts'

/**
 * A profile that declares what a cluster has. What is not known is left out: a profile that guesses would turn guesses into failures. Whoever keeps it
 * takes away what need not be.
 * @param storage StorageClasses, the default one first; null when they may not be listed
 * @param notes why something is not known
 */
export function detectedProfile(
  facts: ClusterFacts,
  storage: readonly string[] | null,
  notes: readonly string[],
): string {
  const declared = withoutUndefined({
    kataVersion: valueOf(facts.kataVersion),
    distribution: distributionOf(facts.distribution),
    classes: facts.classes.map(classOf),
    storageClasses: storage?.[0] === undefined ? undefined : { filesystem: storage[0] },
    ...systemsOf(facts),
  })
  const unknown = [
    ...notes,
    ...(facts.kataVersion.value === null ? [`kataVersion: ${facts.kataVersion.how}`] : []),
    ...(storage === null ? ['storageClasses: they may not be listed'] : []),
    ...(storage !== null && storage.length > 1
      ? [`storageClasses: there are also ${storage.slice(1).join(', ')}`]
      : []),
  ]
  return [
    '# What this cluster had when it was looked at: kata-conformance run --profile FILE holds it to that.',
    '# Take away what need not be. What is declared here and missing is a failure. So is a Kata class that is there and not declared: it counts as disabled.',
    ...unknown.map((line) => `# ${line.replaceAll('\n', ' ')}`),
    dump(declared, { lineWidth: -1, noRefs: true }).trimEnd(),
    '# Other systems that can be declared: storageClasses.block, cni, snapshotters, tees, gpus, kyverno.',
    '# A departure that is accepted for a time:',
    '# knownDeviations:',
    '#   - behaviour: KATA-PROC-001',
    '#     reason: why this is accepted',
    '#     reference: https://…',
    '#     owner: who answers for it',
    `#     expires: ${'YYYY-MM-DD'}`,
    '',
  ].join('\n')
}

/** Snapshotters that containerd has without anybody setting them up. */
const builtIn = ['overlayfs', 'native', 'btrfs', 'zfs', 'blockfile', 'erofs']

/** Systems of which some node with Kata is known to have one; a list that would be empty declares nothing. */
function systemsOf({ nodes = [], kyverno, cilium }: Partial<ClusterFacts>) {
  const kata = nodes.filter((node) => node.kata.value !== false)
  const all = <T>(values: (node: (typeof kata)[number]) => readonly T[] | null | undefined): T[] | undefined => {
    const found = [...new Set(kata.flatMap((node) => values(node) ?? []))]
    return found.length > 0 ? found : undefined
  }
  return {
    cni: cilium?.value && isThere(cilium.value) ? 'cilium' : undefined,
    snapshotters: all(({ snapshotters }) => snapshotters?.value?.filter((name) => !builtIn.includes(name))),
    tees: all(({ tee }) => tee?.value),
    gpus: all(({ gpus }) => gpus?.value),
    kyverno: kyverno?.value === true ? true : undefined,
  }
}

const valueOf = <T>(fact: Fact<T>): T | undefined => fact.value ?? undefined

/** As the guide and the chart spell it. */
function distributionOf({ value }: Fact<string>): string | undefined {
  if (value === null) return undefined
  return value === 'kubernetes' ? 'k8s' : value.toLowerCase()
}

function classOf(facts: ClassFacts) {
  // What is only promised by a name is not what the cluster has.
  const seen = <T>(fact: Fact<T>): T | undefined => (facts.promised === undefined ? valueOf(fact) : undefined)
  const custom = facts.handler.value !== null && shimOfHandler(facts.handler.value) === null
  return withoutUndefined({
    name: facts.name,
    handler: valueOf(facts.handler),
    base: custom ? baseOf(facts) : undefined,
    defaultMemoryMiB: seen(facts.defaultMemoryMiB),
    // Negative stands for the CPUs of each node: no number that somebody could declare.
    defaultVcpus: (facts.defaultVcpus.value ?? 0) < 0 ? undefined : seen(facts.defaultVcpus),
    blockDeviceUse: seen(facts.blockDeviceUse),
  })
}

/** The shim whose configuration a custom runtime was made of: its file keeps that name. */
const baseOf = ({ defaultMemoryMiB }: ClassFacts): string | undefined =>
  /configuration-([\w-]+)\.toml/.exec(defaultMemoryMiB.how)?.[1]
