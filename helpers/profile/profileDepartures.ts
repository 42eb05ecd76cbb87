import type { Fact } from '../facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../facts/facts.ts'
import { declarationsOf, declarationText } from './declaration.ts'
import { presenceOf } from './presence.ts'
import type { DeclaredClass, Profile } from './profile.ts'

/** Where a cluster departs from what its operator declares, one line each. What is not known is no departure. */
export function profileDepartures(facts: ClusterFacts, profile: Profile): string[] {
  const departures: string[] = []
  const version = facts.kataVersion
  if (profile.kataVersion !== null && version.value !== null && version.value !== profile.kataVersion) {
    departures.push(`Kata is ${version.value} (${version.how}), declared is ${profile.kataVersion}`)
  }
  const { distribution } = facts
  if (profile.distribution !== null && distribution.value !== null && !isSame(profile.distribution, distribution.value))
    departures.push(
      `the distribution is ${distribution.value} (${distribution.how}), declared is ${profile.distribution}`,
    )
  departures.push(...cniDepartures(facts, profile.cni))
  for (const declared of declarationsOf(profile)) {
    // Of these there is more to say.
    if (declared.kind === 'class' || declared.kind === 'cni') continue
    const { there, how } = presenceOf(declared, facts)
    if (there === false) departures.push(`${declarationText(declared)} is declared and not there: ${how}`)
  }
  for (const declared of profile.classes ?? []) {
    const found = facts.classes.find((each) => each.name === declared.name)
    if (found) departures.push(...classDepartures(found, declared))
    else departures.push(`RuntimeClass ${declared.name} is declared and not there`)
  }
  return departures
}

/** The guide and the chart say k8s where the facts say kubernetes, and write all in small letters. What the chart does not know it takes for k8s. */
function isSame(declared: string, found: string): boolean {
  const ofChart = ['rke2', 'k3s', 'k0s', 'microk8s']
  const plain = (name: string) => (ofChart.includes(name.toLowerCase()) ? name.toLowerCase() : 'k8s')
  return declared.toLowerCase() === found.toLowerCase() || plain(declared) === plain(found)
}

function classDepartures(found: ClassFacts, declared: DeclaredClass): string[] {
  const differs = <T>(what: string, fact: Fact<T>, expected: T | undefined): string[] =>
    expected === undefined || fact.value === null || fact.value === expected
      ? []
      : [`RuntimeClass ${found.name}: ${what} is ${String(fact.value)} (${fact.how}), declared is ${String(expected)}`]
  return [
    ...differs('handler', found.handler, declared.handler),
    ...differs('default memory in MiB', found.defaultMemoryMiB, declared.defaultMemoryMiB),
    // Negative: as many as each node has CPUs.
    ...(declared.defaultVcpus === undefined || (found.defaultVcpus.value ?? 0) < 0
      ? []
      : differs('number of default vCPUs', found.defaultVcpus, declared.defaultVcpus)),
    ...differs('use of block devices', found.blockDeviceUse, declared.blockDeviceUse),
  ]
}

/** Nodes whose CNI is another than the declared one: `cilium` is the plug-in cilium-cni, as others are by their own name. */
function cniDepartures({ nodes }: ClusterFacts, declared: string | null): string[] {
  if (declared === null) return []
  return nodes.flatMap(({ name, cni }) => {
    const plugins = cni?.value?.plugins
    const isIt = plugins?.some((plugin) => plugin === declared || plugin === `${declared}-cni`) ?? true
    return isIt ? [] : [`the CNI of ${name} is ${plugins?.join(', ')} (${cni?.how}), declared is ${declared}`]
  })
}
