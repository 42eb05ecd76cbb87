import type { Clock } from '../clock.ts'
import { objectKey, startInformer } from '../controllers/informer.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'

/** What a kubelet hears of the pods that are bound to its node. */
export interface PodListener {
  onUpsert(pod: KubeObject): void
  onDelete(pod: KubeObject): void
}

/** Where kubelets hear of their pods. */
export interface BoundPods {
  /** Tells what is there and what changes until stopped. `synced` resolves when what was there has been told. */
  follow(node: string, listener: PodListener): { readonly synced: Promise<void>; stop(): void }
}

/** A watch for each node, as a kubelet holds it. */
export function watchEachNode(client: KubeClient, clock: Clock): BoundPods {
  return {
    follow: (node, listener) =>
      startInformer({ client, clock, path: '/api/v1/pods', fieldSelector: `spec.nodeName=${node}`, ...listener }),
  }
}

/** One watch for all nodes of this process: a thousand kubelets need not hold a thousand connections. */
export function watchAllNodes(client: KubeClient, clock: Clock): BoundPods & { stop(): void } {
  const listeners = new Map<string, PodListener>()
  const bound = new Map<string, Map<string, KubeObject>>()
  const nodeOf = (pod: KubeObject) => (pod['spec'] as { nodeName?: string } | undefined)?.nodeName ?? ''
  const informer = startInformer({
    client,
    clock,
    path: '/api/v1/pods',
    fieldSelector: 'spec.nodeName!=',
    onUpsert(pod) {
      const node = nodeOf(pod)
      const pods = bound.get(node) ?? new Map<string, KubeObject>()
      bound.set(node, pods.set(objectKey(pod), pod))
      listeners.get(node)?.onUpsert(pod)
    },
    onDelete(pod) {
      const node = nodeOf(pod)
      bound.get(node)?.delete(objectKey(pod))
      listeners.get(node)?.onDelete(pod)
    },
  })
  return {
    follow(node, listener) {
      listeners.set(node, listener)
      for (const pod of bound.get(node)?.values() ?? []) listener.onUpsert(pod)
      return { synced: informer.synced, stop: () => void listeners.delete(node) }
    },
    stop: () => informer.stop(),
  }
}
