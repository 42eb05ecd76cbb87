import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'

export interface ApiServerOptions {
  clock: Clock
  /** gitVersion of /version. */
  kubernetesVersion?: string
  admission: { runtimeClass: boolean; podSecurity: boolean }
  /** 0 (default) lets the system choose. */
  port?: number
}

export interface ApiServer {
  /** http://127.0.0.1:PORT */
  readonly url: string
  /** A kubeconfig (YAML) with the context `kata-sim`: system:masters by bearer token. */
  kubeconfig(): string
  /**
   * In process, by the same handlers, as system:masters. What get, create, update and patch return is the caller's own;
   * objects of list and watch are shared and frozen.
   * @param fieldManager name in metadata.managedFields, and what a User-Agent would say: kubelet, kube-scheduler…
   */
  client(fieldManager?: string): KubeClient
  close(): Promise<void>
}

export function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  return Promise.reject(new Error(`not yet: ${options.port}`))
}
