import type { KubeObject } from '../cluster/cluster.ts'
import { known, type Fact } from './fact.ts'
import { mebibytes, millicores } from './quantity.ts'

/** overhead.podFixed of a RuntimeClass. None declared is zero: the scheduler then counts nothing for the VM. */
export function detectOverhead(runtimeClass: KubeObject): {
  overheadMiB: Fact<number>
  overheadMillicores: Fact<number>
} {
  const fixed = (runtimeClass['overhead'] as { podFixed?: Record<string, string> } | undefined)?.podFixed
  const read = (key: string, of: (text: string) => number): Fact<number> => {
    const value = fixed?.[key]
    return value === undefined
      ? known(0, `no overhead.podFixed.${key}`)
      : known(of(value), `overhead.podFixed.${key}`, value)
  }
  return { overheadMiB: read('memory', mebibytes), overheadMillicores: read('cpu', millicores) }
}
