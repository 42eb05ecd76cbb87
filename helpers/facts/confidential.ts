import { asBoolean, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { KnownShim } from './kataShims.ts'

/** Whether the guest is a TEE's or a CoCo one: confidential_guest, or a shim of kata-deploy that serves such guests. */
export function detectConfidential(on: ClassOnNode, shipped: KnownShim | null): Fact<boolean> {
  if (on.notKata && !on.toml) return unknown(on.because)
  if (shipped?.confidential) return known(true, `kata-deploy's shim ${shipped.shim} is for confidential guests`)
  const fact = fromToml(on, 'hypervisor', 'confidential_guest', asBoolean, (where) =>
    known(false, `no confidential_guest in ${where}`),
  )
  if (fact.value === null && shipped)
    return known(false, `kata-deploy's shim ${shipped.shim} is not for confidential guests`)
  return fact
}
