import type { KubeObject } from '../kubeObject.ts'
import { timestamp } from './timers.ts'
import { nodeSpecOf, nodeStatusOf } from '../controllers/objectViews.ts'

export interface NodeTemplate extends KubeObject {
  kind: 'Node'
}

/** Conditions of a healthy node (pkg/kubelet/nodestatus/setters.go), in the kubelet's order. */
export function nodeConditions(now: number, since: number, ready: boolean): Record<string, unknown>[] {
  const times = { lastHeartbeatTime: timestamp(now), lastTransitionTime: timestamp(since) }
  return [
    {
      type: 'MemoryPressure',
      status: 'False',
      ...times,
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    },
    {
      type: 'DiskPressure',
      status: 'False',
      ...times,
      reason: 'KubeletHasNoDiskPressure',
      message: 'kubelet has no disk pressure',
    },
    {
      type: 'PIDPressure',
      status: 'False',
      ...times,
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
    ready
      ? { type: 'Ready', status: 'True', ...times, reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : {
          type: 'Ready',
          status: 'False',
          ...times,
          reason: 'KubeletNotReady',
          message:
            'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
        },
  ]
}

/** The Node that the kubelet registers: the template's labels, capacity and nodeInfo, completed with what every kubelet reports. */
export function registeredNode(
  template: KubeObject,
  runtime: { version: string },
  images: { names: string[]; sizeBytes: number }[],
  endpoint: { address: string; port: number },
  now: number,
): KubeObject {
  const { name } = template.metadata
  const given = nodeStatusOf(template)
  const capacity = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110', ...given.capacity }
  return {
    ...template,
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...template.metadata,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...template.metadata.labels,
      },
      annotations: {
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        ...template.metadata.annotations,
      },
    },
    spec: { ...nodeSpecOf(template) },
    status: {
      ...given,
      capacity,
      allocatable: { ...capacity, ...given.allocatable },
      conditions: nodeConditions(now, now, true),
      addresses: given.addresses ?? [
        { type: 'InternalIP', address: endpoint.address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: endpoint.port } },
      nodeInfo: {
        machineID: '0123456789abcdef0123456789abcdef',
        systemUUID: '0123456789abcdef0123456789abcdef',
        bootID: '00000000-0000-4000-8000-000000000000',
        kernelVersion: '6.12.0',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        kubeletVersion: 'v1.34.4',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
        ...given.nodeInfo,
        containerRuntimeVersion: runtime.version,
      },
      images: images.map(({ names, sizeBytes }) => ({ names, sizeBytes })),
    },
  }
}
