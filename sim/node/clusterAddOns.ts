import type { Departures } from '../faults/departures.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { NetworkScenario } from '../scenarios/scenario.ts'

/** What an installer has put into kube-system: the Service of the cluster's DNS, and Cilium where that makes the network. */
export function addOnObjects(
  network: NetworkScenario,
  { ciliumSocketLb }: Pick<Departures, 'ciliumSocketLb'>,
): { path: string; object: KubeObject }[] {
  const dns = { path: '/api/v1/namespaces/kube-system/services', object: dnsService }
  if (network.cni !== 'cilium') return [dns]
  return [
    dns,
    {
      path: '/api/v1/namespaces/kube-system/configmaps',
      object: ciliumConfig(network, ciliumSocketLb === 'everywhere'),
    },
    {
      path: '/apis/apps/v1/namespaces/kube-system/daemonsets',
      object: agent('cilium', 'quay.io/cilium/cilium:v1.18.2', { hostNetwork: true }),
    },
  ]
}

/** The departure: an agent that looks at its node, in a virtual machine. */
export const agentUnderKata: KubeObject = agent('falco', 'docker.io/falcosecurity/falco:0.41.0', {
  runtimeClassName: 'kata-qemu',
})

const dnsService: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  spec: {
    clusterIP: '10.96.0.10',
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
}

/** Keys as Cilium's chart 1.18 writes them (templates/cilium-configmap.yaml). */
const ciliumConfig = (network: NetworkScenario, balancesInPods: boolean): KubeObject => {
  const { encapsulation, kubeProxyReplacement, socketLb, dualStack } = network
  const tunnel = encapsulation === 'vxlan' || encapsulation === 'geneve'
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data: {
      'routing-mode': tunnel ? 'tunnel' : 'native',
      ...(tunnel ? { 'tunnel-protocol': encapsulation } : {}),
      'enable-wireguard': String(encapsulation === 'wireguard'),
      'kube-proxy-replacement': String(kubeProxyReplacement),
      // As socketLB.enabled is by default; the agent of a cluster without kube-proxy does not care.
      'bpf-lb-sock': 'false',
      ...(socketLb === 'host-namespace' && !balancesInPods ? { 'bpf-lb-sock-hostns-only': 'true' } : {}),
      'enable-ipv4': 'true',
      'enable-ipv6': String(dualStack),
      'enable-policy': 'default',
    },
  }
}

/** A DaemonSet whose pods are there and do nothing. */
function agent(name: string, image: string, fields: Record<string, unknown>): KubeObject {
  const labels = { 'k8s-app': name }
  const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done']
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...fields,
          tolerations: [{ operator: 'Exists' }],
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          containers: [{ name, image, command, securityContext: { privileged: true } }],
        },
      },
    },
  }
}
