import type { Cluster } from '../cluster/cluster.ts'
import { isConnectionTrouble } from '../cluster/connectionTrouble.ts'
import { known, unknown, type Fact } from './fact.ts'

/** How Cilium is set, by the keys of its ConfigMap: `kube-proxy-replacement`, `tunnel-protocol`… */
export type CiliumSettings = Readonly<Record<string, string>>

/** What packets between nodes are wrapped in, each with what it takes from the MTU. */
export type Encapsulation = 'vxlan' | 'geneve' | 'wireguard'

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'cilium-config' }

/**
 * Cilium's own settings: the ConfigMap that its chart, its CLI and the distributions (RKE2, K3s) put into kube-system for the agents to read. Empty
 * when there is none: then Cilium does not run. Unknown when it may not be read. Throws ApiError when nobody answers.
 */
export async function detectCilium(cluster: Pick<Cluster, 'find'>): Promise<Fact<CiliumSettings>> {
  try {
    const found = await cluster.find(ref)
    if (found === null) return known({}, 'no ConfigMap kube-system/cilium-config')
    return known((found['data'] ?? {}) as CiliumSettings, 'ConfigMap kube-system/cilium-config')
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    return unknown(`ConfigMap kube-system/cilium-config cannot be read: ${(error as Error).message}`)
  }
}

export const isThere = (settings: CiliumSettings): boolean => Object.keys(settings).length > 0

/**
 * Encapsulations in use. Keys since Cilium 1.14: `routing-mode` (tunnel, native) with `tunnel-protocol`; before, `tunnel` (vxlan, geneve, disabled).
 * Source: Documentation/cmdref, upgrade notes of 1.14.
 */
export function encapsulations(settings: CiliumSettings): readonly Encapsulation[] {
  const mode = settings['routing-mode']
  const protocol = settings['tunnel-protocol'] ?? settings['tunnel'] ?? 'vxlan'
  const tunnels = isThere(settings) && (mode === undefined ? settings['tunnel'] !== 'disabled' : mode === 'tunnel')
  const found: Encapsulation[] = []
  if (tunnels && (protocol === 'vxlan' || protocol === 'geneve')) found.push(protocol)
  if (settings['enable-wireguard'] === 'true') found.push('wireguard')
  return found
}

/** Cilium serves Services in kube-proxy's place: true; before 1.14 also strict, partial and probe. */
export const replacesKubeProxy = (settings: CiliumSettings): boolean =>
  ['true', 'strict', 'partial', 'probe'].includes(settings['kube-proxy-replacement'] ?? '')

/** It replaces kube-proxy altogether, for which it balances at sockets. Source: cilium/cilium, daemon/cmd/kube_proxy_replacement.go. */
export const forcesSocketLb = (settings: CiliumSettings): boolean =>
  ['true', 'strict'].includes(settings['kube-proxy-replacement'] ?? '')
