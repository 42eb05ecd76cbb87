import { asNumber, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ShimFamily } from './facts.ts'
import { majorMinor } from './kataVersion.ts'

/**
 * overhead_vcpus and overhead_memory (MiB): what runtime-rs 4.0 and later adds to the limits of a statically sized sandbox.
 * The Go shim and earlier versions know no such keys: nothing is added.
 */
export function detectSandboxOverhead(on: ClassOnNode, family: ShimFamily | null, kataVersion: string | null) {
  const read = (key: string): Fact<number> => {
    if (on.toml && family === 'go') return known(0, 'the Go shim adds nothing to the limits')
    return fromToml(on, 'hypervisor', key, asNumber, (where) => {
      const version = majorMinor(kataVersion)
      if (version !== null && version[0] < 4) return known(0, `Kata ${kataVersion} knows no ${key}`)
      return unknown(`no ${key} in ${where}; what runtime-rs takes then differs by version`)
    })
  }
  return { sandboxOverheadVcpus: read('overhead_vcpus'), sandboxOverheadMiB: read('overhead_memory') }
}
