import { asBoolean, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { Sizing } from './facts.ts'

/**
 * static_sandbox_resource_mgmt: the VM boots with its limits instead of growing by them. Where the key is absent both shims take
 * false (the packaged files set it: Go false; Rust false up to 3.31, true from 3.32; Firecracker true).
 */
export function detectSizing(on: ClassOnNode): Fact<Sizing> {
  const fact = fromToml(on, 'runtime', 'static_sandbox_resource_mgmt', asBoolean, (where) =>
    known(false, `no static_sandbox_resource_mgmt in ${where}: Kata then takes false`),
  )
  return fact.value === null ? unknown(fact.how) : { ...fact, value: fact.value ? 'static' : 'hotplug' }
}
