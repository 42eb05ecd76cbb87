import type { Encapsulation } from '../facts/cilium.ts'

/** What a packet grows by, bytes (guide 3.26.0, MTU et fragmentation avec Cilium; Cilium pkg/mtu). */
const overhead: Readonly<Record<Encapsulation, number>> = { vxlan: 50, geneve: 50, wireguard: 80 }

/**
 * MTUs that Cilium may put on pods' default routes: what the encapsulations in use leave of the device's. A tunnel within WireGuard takes both since
 * Cilium 1.16 (pull request 30329), the larger of the two before.
 */
export function routeMtus(device: number, used: readonly Encapsulation[]): readonly number[] {
  const taken = used.map((each) => overhead[each])
  const all = taken.reduce((sum, each) => sum + each, 0)
  return [...new Set([device - all, device - Math.max(...taken)])]
}
