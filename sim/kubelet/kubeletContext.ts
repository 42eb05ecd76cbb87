import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { ContainerRuntime } from './containerRuntime.ts'
import type { EventRecorder } from './eventRecorder.ts'
import type { ImageService } from './imageService.ts'
import type { NamedObjects } from './namedObjects.ts'

/** What every part of one kubelet works with. */
export interface KubeletContext {
  readonly client: KubeClient
  readonly clock: Clock
  readonly runtime: ContainerRuntime
  readonly images: ImageService
  readonly events: EventRecorder
  readonly configMaps: NamedObjects
  readonly secrets: NamedObjects
  readonly nodeName: string
  readonly hostIps: readonly string[]
  readonly latencies: Latencies
  readonly cluster: ClusterSettings
  /** Capacity of the node's memory in bytes, for OOM scores. */
  readonly memoryBytes: number
  /** What to call when a container or sandbox of the runtime changes, by its id. */
  readonly runtimeListeners: Map<string, (change: 'exited' | 'lost') => void>
}

/** ms that the kubelet itself takes, beside the runtime. */
export interface Latencies {
  /** From a new pod to its volumes being ready: the volume manager's loops. */
  volumes: number
  /** From a change in the runtime to the kubelet's noticing it: the PLEG relists each second. */
  relist: number
  /** Between two attempts to make a sandbox or to look at a waiting pod (pod workers: 10 s with jitter). */
  retry: number
  /** From an update of a ConfigMap or Secret to its files in volumes (guide: Kubernetes, up to the sync period of a minute). */
  configRefresh: number
  /** Between two looks at local storage (eviction manager: 10 s). */
  eviction: number
}

export const DEFAULT_LATENCIES: Latencies = {
  volumes: 150,
  relist: 400,
  retry: 12_000,
  configRefresh: 30_000,
  eviction: 10_000,
}

export interface ClusterSettings {
  dnsServer: string
  domain: string
  /** Address of the `kubernetes` service, for environment variables. */
  apiServiceIp: string
  cgroupDriver: 'systemd' | 'cgroupfs'
  allowedUnsafeSysctls: readonly string[]
  /** Whether a pod that is bound to the node must fit its labels. */
  checksNodeAffinity: boolean
}

export const DEFAULT_CLUSTER: ClusterSettings = {
  dnsServer: '10.96.0.10',
  domain: 'cluster.local',
  apiServiceIp: '10.96.0.1',
  cgroupDriver: 'systemd',
  allowedUnsafeSysctls: [],
  checksNodeAffinity: true,
}
