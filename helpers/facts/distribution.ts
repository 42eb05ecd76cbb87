import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'

/** Evidence by distribution: the end of the kubelet's version, a label, or the provider's prefix. */
const distributions: readonly { name: string; version?: RegExp; label?: RegExp; provider?: RegExp }[] = [
  { name: 'RKE2', version: /\+rke2/, label: /^(rke2\.io|node\.kubernetes\.io\/instance-type=rke2)/ },
  { name: 'K3s', version: /\+k3s/, label: /^(k3s\.io|node\.kubernetes\.io\/instance-type=k3s)/ },
  { name: 'k0s', version: /\+k0s/, label: /^node\.k0sproject\.io/ },
  { name: 'MicroK8s', label: /^(microk8s\.io|node\.kubernetes\.io\/microk8s)/ },
  { name: 'OpenShift', label: /^node\.openshift\.io/ },
  { name: 'GKE', version: /-gke\./, label: /^cloud\.google\.com\/gke/ },
  { name: 'EKS', version: /-eks-/, label: /^eks\.amazonaws\.com/ },
  { name: 'AKS', label: /^kubernetes\.azure\.com/ },
  { name: 'kind', provider: /^kind:/ },
  { name: 'Talos', label: /^node\.talos\.dev/ },
]

/** The Kubernetes distribution, by what its nodes carry. `kubernetes` is the fall-back: nothing says otherwise. */
export function detectDistribution(nodes: readonly KubeObject[]): Fact<string> {
  if (nodes.length === 0) return unknown('no node may be listed')
  for (const node of nodes) {
    const version =
      (node['status'] as { nodeInfo?: { kubeletVersion?: string } } | undefined)?.nodeInfo?.kubeletVersion ?? ''
    const provider = (node['spec'] as { providerID?: string } | undefined)?.providerID ?? ''
    const labels = Object.entries(node.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`)
    for (const each of distributions) {
      if (each.version?.test(version))
        return known(each.name, `kubelet version of ${node.metadata.name ?? ''}`, version)
      const label = labels.find((text) => each.label?.test(text))
      if (label) return known(each.name, `label of ${node.metadata.name ?? ''}`, label)
      if (each.provider?.test(provider)) return known(each.name, `providerID of ${node.metadata.name ?? ''}`, provider)
    }
  }
  return known('kubernetes', 'no version, label or providerID of a known distribution')
}
