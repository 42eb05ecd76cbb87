import { type ClassOnNode, fromToml } from './classOnNode.ts'
import { type Fact, known } from './fact.ts'

/**
 * Whether the shim has images pulled in the guest whatever unpacks them on the node: `experimental_force_guest_pull` of the Go shims, an entry of
 * `experimental` of the Rust ones (kata-deploy, EXPERIMENTAL_FORCE_GUEST_PULL). Absent is false.
 */
export function detectForcesGuestPull(on: ClassOnNode): Fact<boolean> {
  const absent = (key: string) => (where: string) => known(false, `no ${key} in ${where}`)
  const key = 'experimental_force_guest_pull'
  const ofGo = fromToml(on, 'runtime', key, (value) => (typeof value === 'boolean' ? value : null), absent(key))
  if (ofGo.value !== false) return ofGo
  const listed = (value: unknown) => (Array.isArray(value) ? value.includes('force_guest_pull') : null)
  return fromToml(on, 'runtime', 'experimental', listed, absent('experimental'))
}
