import { setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { admit, beyondCapacity, type Rejection } from './admission.ts'
import { watchEachNode, type BoundPods } from './boundPods.ts'
import type { ContainerRuntime } from './containerRuntime.ts'
import type { KubeletEndpoint } from './endpoint.ts'
import { createEventRecorder } from './eventRecorder.ts'
import { limitsLocalStorage, watchStorage } from './eviction.ts'
import { createImageService, type ImageService } from './imageService.ts'
import {
  DEFAULT_CLUSTER,
  DEFAULT_LATENCIES,
  type ClusterSettings,
  type KubeletContext,
  type Latencies,
} from './kubeletContext.ts'
import { createNamedObjects, type NamedObjects } from './namedObjects.ts'
import { registeredNode } from './nodeObject.ts'
import { keepAlive, registerNode } from './nodeRegistration.ts'
import { podRequests, type Amounts } from './podResources.ts'
import { podKey } from './podSpec.ts'
import { startPodWorker, type PodWorker } from './podWorker.ts'
import { parseBytes } from './quantity.ts'
import { nodeStatusOf, phaseOf } from '../controllers/objectViews.ts'

export interface KubeletOptions {
  client: KubeClient
  clock: Clock
  runtime: ContainerRuntime
  /**
   * metadata.name, labels, spec.taints, status.capacity, status.allocatable, status.nodeInfo, status.runtimeHandlers, status.addresses:
   * what is not given has a kubelet's defaults. Addresses default to the endpoint's, which is where an API server finds exec and logs.
   */
  node: KubeObject
  /** Of startKubeletEndpoint; one endpoint serves any number of kubelets. */
  endpoint: Pick<KubeletEndpoint, 'address' | 'port' | 'publish' | 'withdraw'>
  images?: ImageService
  /** ms; zeros for tests. */
  latencies?: Partial<Latencies>
  cluster?: Partial<ClusterSettings>
  /** What kubelets of one process may have in common; without it each has its own. Whoever gave it ends it. */
  shared?: SharedReads
}

export interface SharedReads {
  readonly pods: BoundPods
  readonly configMaps: NamedObjects
  readonly secrets: NamedObjects
}

export interface Kubelet {
  readonly nodeName: string
  /** Pods that the node holds at the moment. */
  readonly pods: number
  /** Stops without touching the pods, as a kubelet that is stopped does. */
  stop(): Promise<void>
}

/** Registers the node and runs its pods until stopped. Throws KubeApiError when the node cannot be registered. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { client, clock, runtime, endpoint } = options
  const nodeName = options.node.metadata.name
  const images = options.images ?? createImageService({ clock })
  const template = registeredNode(options.node, runtime, images.list(), endpoint, clock.now())
  const context = kubeletContext(options, template, images)
  const stopped = new AbortController()
  // Every pod with a limit of local storage listens to it.
  setMaxListeners(0, stopped.signal)
  const workers = new Map<string, PodWorker>()
  const deferred = new Map<string, KubeObject>()
  const used = { amounts: new Map() as Amounts, pods: 0 }

  const unlisten = runtime.onChange((change) =>
    context.runtimeListeners.get(change.id)?.(change.kind === 'sandboxLost' ? 'lost' : 'exited'),
  )
  let node = await registerNode(client, template)
  void keepAlive(client, clock, node, stopped.signal)

  const count = (pod: KubeObject, sign: 1 | -1) => {
    used.pods += sign
    for (const [resource, value] of podRequests(pod))
      used.amounts.set(resource, (used.amounts.get(resource) ?? 0) + sign * value)
  }
  /** Labels and allocatable may have changed since the node was registered: nobody is rejected by an old copy. */
  const admitAfresh = async (pod: KubeObject) => {
    const uid = pod.metadata.uid!
    deferred.set(uid, pod)
    node = await client.get(`/api/v1/nodes/${nodeName}`).catch(() => node)
    const latest = deferred.get(uid)
    deferred.delete(uid)
    if (latest && !stopped.signal.aborted) run(latest, admit(latest, node, used, context.cluster))
  }
  const take = (pod: KubeObject) => {
    if (['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')) return
    if (admit(pod, node, used, context.cluster)) void admitAfresh(pod)
    else run(pod, null)
  }
  const run = (pod: KubeObject, rejection: Rejection | null) => {
    const uid = pod.metadata.uid!
    let counted = !rejection
    if (counted) count(pod, 1)
    if (rejection) context.events.event(pod, 'Warning', rejection.reason, rejection.message)
    let allocated = pod
    // allocation manager, canResizePod: what asks for more than the node has alone never fits, other pods may go.
    const resizable = (latest: KubeObject) => {
      count(allocated, -1)
      const tooMuch = beyondCapacity(latest, node)
      const beside = admit(latest, node, used, context.cluster)
      if (!tooMuch && !beside) allocated = latest
      count(allocated, 1)
      if (tooMuch) return { reason: 'Infeasible' as const, message: tooMuch }
      return beside && { reason: 'Deferred' as const, message: beside.message }
    }
    const worker = startPodWorker(context, pod, rejection, resizable, () => {
      if (counted && worker.ended) {
        counted = false
        count(allocated, -1)
      }
    })
    workers.set(uid, worker)
    endpoint.publish(podKey(pod), {
      nodeName,
      pod: () => worker.state.pod,
      records: worker.state.records,
      runtime,
      clock,
      sandboxId: () => worker.state.sandbox?.id ?? null,
    })
    if (limitsLocalStorage(worker.state)) void watchStorage(context, worker, stopped.signal)
    void worker.done.then(() => {
      if (counted) count(allocated, -1)
      counted = false
      if (workers.get(uid) === worker) workers.delete(uid)
      endpoint.withdraw(podKey(pod), uid)
    })
  }

  const bound = (options.shared?.pods ?? watchEachNode(client, clock)).follow(nodeName, {
    onUpsert: (pod) => {
      const worker = workers.get(pod.metadata.uid!)
      if (worker) worker.update(pod)
      else if (deferred.has(pod.metadata.uid!)) deferred.set(pod.metadata.uid!, pod)
      else take(pod)
    },
    onDelete: (pod) => {
      deferred.delete(pod.metadata.uid!)
      workers.get(pod.metadata.uid!)?.removed()
    },
  })
  await bound.synced
  return {
    nodeName,
    get pods() {
      return workers.size
    },
    async stop() {
      stopped.abort()
      unlisten()
      bound.stop()
      if (!options.shared) {
        context.configMaps.close()
        context.secrets.close()
      }
      for (const worker of workers.values()) worker.stop()
      await context.events.flushed()
    },
  }
}

function kubeletContext(options: KubeletOptions, node: KubeObject, images: ImageService): KubeletContext {
  const { client, clock, runtime } = options
  const addresses = (nodeStatusOf(node).addresses ?? []).filter(({ type }) => type === 'InternalIP')
  return {
    client,
    clock,
    runtime,
    images,
    events: createEventRecorder(client, clock, { component: 'kubelet', host: node.metadata.name }),
    configMaps: options.shared?.configMaps ?? createNamedObjects(client, clock, 'configmaps'),
    secrets: options.shared?.secrets ?? createNamedObjects(client, clock, 'secrets'),
    nodeName: node.metadata.name,
    hostIps: addresses.map(({ address }) => address),
    latencies: { ...DEFAULT_LATENCIES, ...options.latencies },
    cluster: { ...DEFAULT_CLUSTER, ...options.cluster },
    memoryBytes: parseBytes(nodeStatusOf(node).capacity?.['memory'] ?? '0'),
    runtimeListeners: new Map(),
  }
}
