import type { KubeObject } from '../cluster/cluster.ts'
import type { ContainerBuilder } from './containerBuilder.ts'
import type { Awaited } from './podSpec.ts'

/** What a Pod builder has gathered. */
export interface Description {
  readonly awaited: Awaited
  readonly timeoutMs: number
  readonly shared: boolean
  readonly elsewhere: boolean
  readonly atBaseline: boolean
  readonly namespace: string | null
  readonly after: string | null
  readonly mayBeUnschedulable: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** Fields of the pod's spec beside containers and volumes. */
  readonly spec: Readonly<Record<string, unknown>>
  readonly volumes: readonly Readonly<Record<string, unknown>>[]
  readonly initContainers: readonly ContainerBuilder[]
  /** The first is `main`. */
  readonly containers: readonly ContainerBuilder[]
}

/** Without name, namespace, labels of the run and node: those are the engine's. */
export function manifestOf({
  annotations,
  labels,
  spec,
  volumes,
  initContainers,
  containers,
}: Description): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {}),
      ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}),
    },
    spec: {
      ...spec,
      ...(volumes.length > 0 ? { volumes: [...volumes] } : {}),
      ...(initContainers.length > 0 ? { initContainers: initContainers.map(({ fields }) => fields) } : {}),
      containers: containers.map(({ fields }) => fields),
    },
  }
}
