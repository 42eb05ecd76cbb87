import type { KubeObject } from '../../../helpers/cluster/cluster.ts'

/** Objects as the API server gives them, as far as facts read them. */
export const node = (
  name: string,
  labels: Record<string, string> = {},
  spec: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
  status: {
    nodeInfo: {
      architecture: 'amd64',
      kernelVersion: '6.8.0-64-generic',
      osImage: 'Ubuntu 24.04',
      containerRuntimeVersion: 'containerd://1.7.24',
      kubeletVersion: 'v1.34.4+rke2r1',
      bootID: '11ccb573-5fe9-4d7a-a2dc-6e9d50527bac',
    },
    capacity: { cpu: '4', memory: '16Gi', pods: '110' },
    allocatable: { cpu: '3920m', memory: '15Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

export const kataNode = (name: string): KubeObject => node(name, { 'katacontainers.io/kata-runtime': 'true' })

export const runtimeClass = (name: string, handler = name, rest: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name, labels: {} },
  handler,
  ...rest,
})

export const pod = (nodeName: string, spec: Record<string, unknown>, phase = 'Running'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { nodeName, ...spec },
  status: { phase },
})

export const kataDeployDaemonSet = (image: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kata-deploy', namespace: 'kube-system', labels: { 'helm.sh/chart': 'kata-deploy-3.26.0' } },
  spec: { template: { spec: { containers: [{ name: 'kube-kata', image }] } } },
})

/** The Kata class of a healthy cluster. */
export const kataQemu = runtimeClass('kata-qemu', 'kata-qemu', {
  overhead: { podFixed: { cpu: '250m', memory: '160Mi' } },
  scheduling: { nodeSelector: { 'katacontainers.io/kata-runtime': 'true' } },
})
