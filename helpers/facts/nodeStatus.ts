import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { NodeFacts } from './facts.ts'
import { mebibytes, millicores, quantity } from './quantity.ts'

type Status = Pick<
  NodeFacts,
  | 'schedulable'
  | 'architecture'
  | 'kernelVersion'
  | 'osImage'
  | 'containerRuntime'
  | 'kubeletVersion'
  | 'cpus'
  | 'memoryMiB'
  | 'allocatableMillicores'
  | 'allocatableMiB'
  | 'allocatablePods'
>

interface NodeStatus {
  nodeInfo?: Record<string, string>
  capacity?: Record<string, string>
  allocatable?: Record<string, string>
  conditions?: { type: string; status: string; reason?: string }[]
}

/** What the kubelet says of its node. */
export function nodeStatus(node: KubeObject): Status {
  const status = (node['status'] ?? {}) as NodeStatus
  const info = (key: string): Fact<string> => {
    const value = status.nodeInfo?.[key]
    return value ? known(value, `status.nodeInfo.${key}`) : unknown(`status.nodeInfo.${key} is empty`)
  }
  const amount = (group: 'capacity' | 'allocatable', key: string, read: (text: string) => number): Fact<number> => {
    const value = status[group]?.[key]
    return value === undefined
      ? unknown(`status.${group}.${key} is missing`)
      : known(read(value), `status.${group}.${key}`, value)
  }
  return {
    schedulable: schedulable(node, status),
    architecture: info('architecture'),
    kernelVersion: info('kernelVersion'),
    osImage: info('osImage'),
    containerRuntime: info('containerRuntimeVersion'),
    kubeletVersion: info('kubeletVersion'),
    cpus: amount('capacity', 'cpu', quantity),
    memoryMiB: amount('capacity', 'memory', mebibytes),
    allocatableMillicores: amount('allocatable', 'cpu', millicores),
    allocatableMiB: amount('allocatable', 'memory', mebibytes),
    allocatablePods: amount('allocatable', 'pods', quantity),
  }
}

function schedulable(node: KubeObject, status: NodeStatus): Fact<boolean> {
  const ready = status.conditions?.find((each) => each.type === 'Ready')
  if ((node['spec'] as { unschedulable?: boolean } | undefined)?.unschedulable)
    return known(false, 'the node is cordoned')
  if (!ready) return unknown('the node has no Ready condition')
  if (ready.status !== 'True') return known(false, `the node is not Ready: ${ready.reason ?? ready.status}`)
  return known(true, 'Ready and not cordoned')
}
