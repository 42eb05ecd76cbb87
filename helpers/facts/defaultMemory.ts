import { asNumber, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'
import type { ShimFamily } from './facts.ts'

/** What Kata takes when the configuration says nothing, MiB. Source: katautils/config-settings.go.in, DEFMEMSZ. */
const shipped = 2048

/** The Go shim takes its own default for less than this. Source: virtcontainers, MinHypervisorMemory. */
const smallest = 256

/** default_memory, MiB. */
export function detectDefaultMemory(on: ClassOnNode, family: ShimFamily | null): Fact<number> {
  const fact = fromToml(on, 'hypervisor', 'default_memory', asNumber, (where) =>
    known(shipped, `no default_memory in ${where}: Kata then takes ${shipped}`),
  )
  if (fact.value === null || family !== 'go' || fact.value >= smallest) return fact
  return { ...fact, value: shipped, how: `${fact.how}: the Go shim takes ${shipped} for less than ${smallest}` }
}
