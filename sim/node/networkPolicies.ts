import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { sameSubnet } from './addresses.ts'

/** What the NetworkPolicies of the cluster say of a connection, whoever acts on it. */
export interface NetworkPolicies {
  allows(connection: { from: string; to: string; port: number; protocol: 'TCP' | 'UDP' }): Promise<boolean>
}

interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

interface Peer {
  podSelector?: Selector
  namespaceSelector?: Selector
  ipBlock?: { cidr: string; except?: string[] }
}

interface Port {
  port?: number | string
  endPort?: number
  protocol?: string
}

interface PolicySpec {
  podSelector: Selector
  policyTypes?: string[]
  ingress?: { from?: Peer[]; ports?: Port[] }[]
  egress?: { to?: Peer[]; ports?: Port[] }[]
}

/** Source: Kubernetes, Network Policies: isolation is by direction; what is selected by any policy is open only to what some rule allows. */
export function createNetworkPolicies(client: KubeClient): NetworkPolicies {
  const list = async (path: string) => (await client.list(path)).items
  return {
    async allows({ from, to, port, protocol }) {
      const policies = await list('/apis/networking.k8s.io/v1/networkpolicies')
      if (policies.length === 0) return true
      const [pods, namespaces] = await Promise.all([list('/api/v1/pods'), list('/api/v1/namespaces')])
      const [sender, receiver] = [podAt(pods, from), podAt(pods, to)]
      const direction = (pod: KubeObject | undefined, type: 'Ingress' | 'Egress', other: string) => {
        if (!pod || isOnHostNetwork(pod)) return true
        const specs = policies
          .filter((policy) => policy.metadata.namespace === pod.metadata.namespace)
          .map((policy) => ({ spec: policy['spec'], namespace: policy.metadata.namespace! }))
          .filter(({ spec }) => selects(spec.podSelector, pod.metadata.labels) && typesOf(spec).includes(type))
        if (specs.length === 0) return true
        const there = podAt(pods, other)
        return specs.some(({ spec, namespace }) =>
          rulesOf(spec, type).some(
            ({ peers, ports }) =>
              (!peers?.length || peers.some((peer) => isPeer(peer, namespace, there, other, namespaces))) &&
              (!ports?.length || ports.some((one) => isPort(one, port, protocol))),
          ),
        )
      }
      return direction(sender, 'Egress', to) && direction(receiver, 'Ingress', from)
    },
  }
}

const rulesOf = (spec: PolicySpec, type: 'Ingress' | 'Egress'): { peers?: Peer[]; ports?: Port[] }[] =>
  type === 'Ingress'
    ? (spec.ingress ?? []).map(({ from, ports }) => ({ ...(from && { peers: from }), ...(ports && { ports }) }))
    : (spec.egress ?? []).map(({ to, ports }) => ({ ...(to && { peers: to }), ...(ports && { ports }) }))

const typesOf = (spec: PolicySpec): string[] => spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress'])

function isPeer(
  peer: Peer,
  namespace: string,
  pod: KubeObject | undefined,
  ip: string,
  namespaces: readonly KubeObject[],
): boolean {
  if (peer.ipBlock)
    return sameSubnet(peer.ipBlock.cidr, ip) && !(peer.ipBlock.except ?? []).some((cidr) => sameSubnet(cidr, ip))
  if (!pod) return false
  const labels = namespaces.find(({ metadata }) => metadata.name === pod.metadata.namespace)?.metadata.labels
  const inNamespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, labels)
    : pod.metadata.namespace === namespace
  return inNamespace && (!peer.podSelector || selects(peer.podSelector, pod.metadata.labels))
}

function isPort({ port, endPort, protocol = 'TCP' }: Port, asked: number, by: string): boolean {
  if (protocol !== by) return false
  if (port === undefined) return true
  return endPort === undefined ? Number(port) === asked : asked >= Number(port) && asked <= endPort
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Record<string, string> = {}): boolean {
  if (!Object.entries(matchLabels).every(([key, value]) => labels[key] === value)) return false
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key]
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    return operator === 'In' ? value !== undefined && values.includes(value) : !values.includes(value ?? '')
  })
}

const podAt = (pods: readonly KubeObject[], ip: string): KubeObject | undefined =>
  pods.find((pod) => {
    const { podIPs = [], phase } = (pod['status'] ?? {}) as { podIPs?: { ip: string }[]; phase?: string }
    return !['Succeeded', 'Failed'].includes(phase ?? '') && podIPs.some((one) => one.ip === ip)
  })

const isOnHostNetwork = (pod: KubeObject): boolean =>
  (pod['spec'] as { hostNetwork?: boolean } | undefined)?.hostNetwork === true
