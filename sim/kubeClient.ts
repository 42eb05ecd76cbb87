import type { KubeObject } from './kubeObject.ts'

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}

/**
 * What kubelets, scheduler and controllers of the simulator know of the Kubernetes API: paths and objects, nothing of the
 * server behind them. In process on the embedded API server, over HTTP on a real control plane.
 */
export interface KubeClient {
  /** Throws KubeApiError for any status >= 400. */
  get(path: string): Promise<KubeObject>
  list(
    path: string,
    query?: { labelSelector?: string; fieldSelector?: string },
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>
  create(path: string, object: KubeObject): Promise<KubeObject>
  update(path: string, object: KubeObject): Promise<KubeObject>
  patch(
    path: string,
    patch: unknown,
    contentType?:
      'application/merge-patch+json' | 'application/strategic-merge-patch+json' | 'application/json-patch+json',
  ): Promise<KubeObject>
  delete(
    path: string,
    options?: { gracePeriodSeconds?: number; uid?: string; propagationPolicy?: string },
  ): Promise<void>
  /** Ends when the signal aborts; throws KubeApiError (410 Expired) when the version is too old. */
  watch(
    path: string,
    options: { resourceVersion: string; fieldSelector?: string; signal: AbortSignal },
  ): AsyncIterable<WatchEvent>
}

export class KubeApiError extends Error {
  readonly code: number
  readonly reason: string
  constructor(code: number, reason: string, message: string) {
    super(message)
    this.name = 'KubeApiError'
    this.code = code
    this.reason = reason
  }
}
