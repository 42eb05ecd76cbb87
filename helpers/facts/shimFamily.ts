import { tomlAt } from '../node/mergeToml.ts'
import { type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ShimFamily } from './facts.ts'
import type { KnownShim } from './kataShims.ts'

/**
 * Go or Rust shim. From the configuration: only runtime-rs has [runtime] hypervisor_name. Else from the shim's path: kata-deploy
 * keeps the Rust one below runtime-rs/. Without the node: what kata-deploy ships under the handler's name. No binary is run.
 */
export function detectShimFamily(on: ClassOnNode, shipped: KnownShim | null): Fact<ShimFamily> {
  if (on.notKata) return on.toml && shipped ? known(shipped.family, on.toml.path) : unknown(on.because)
  if (on.toml && !on.partial) {
    const named = tomlAt(on.toml.values, 'runtime', 'hypervisor_name')
    return typeof named === 'string'
      ? known('rust', `[runtime] hypervisor_name in ${on.toml.path}, which only runtime-rs has`)
      : known('go', `no [runtime] hypervisor_name in ${on.toml.path}, which runtime-rs needs`)
  }
  const path = on.runtime?.path
  if (path) return known(path.includes('/runtime-rs/') ? 'rust' : 'go', 'where containerd finds the shim', path)
  if (shipped)
    return known(shipped.family, `kata-deploy serves shim ${shipped.shim} under this handler; not seen on a node`)
  return unknown(on.because)
}
