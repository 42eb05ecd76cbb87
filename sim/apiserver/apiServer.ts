import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { dump } from 'js-yaml'
import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import { createAuthority } from './auth/authority.ts'
import { bootstrap } from './bootstrap.ts'
import type { AdmissionSettings, Context, TakeStream } from './context.ts'
import type { AuditEvent, AuditLevel } from './http/audit.ts'
import { credentialPrefix } from './http/authorize.ts'
import { createHttpServer } from './http/server.ts'
import { createInProcessClient } from './inProcessClient.ts'
import { createSnapshots } from './query/pages.ts'
import { createStore } from './storage/store.ts'

export interface ApiServerOptions {
  clock: Clock
  /** gitVersion of /version; default v1.34.4. */
  kubernetesVersion?: string
  admission: AdmissionSettings
  /** 0 (default) lets the system choose. */
  port?: number
  /** Kubelets of this process; default: every one is dialled. */
  takeStream?: TakeStream
  /** Where all kubelets are dialled, whatever addresses their nodes have; default: there. */
  kubeletHost?: string
  /** Told of every request that came over HTTP, once it is answered. */
  audit?: (event: AuditEvent) => void
  /** How much it is told; default Metadata. */
  auditLevel?: AuditLevel
}

export interface ApiServer {
  /** http://127.0.0.1:PORT */
  readonly url: string
  /**
   * A kubeconfig (YAML) with the context `kata-sim`: system:masters by bearer token. Its server has a path, `/u/TOKEN`: kubectl
   * sends no token over plain HTTP.
   */
  kubeconfig(): string
  /**
   * In process, by the same handlers, as system:masters. What get, create, update and patch return is the caller's own;
   * objects of list and watch are shared and frozen.
   * @param fieldManager name in metadata.managedFields, and what a User-Agent would say: kubelet, kube-scheduler…
   */
  client(fieldManager?: string): KubeClient
  close(): Promise<void>
}

/** A Kubernetes API server on 127.0.0.1, with everything in memory. Rejects when the port is taken. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const store = createStore()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const context: Context = {
    store,
    clock: options.clock,
    kubernetesVersion: options.kubernetesVersion ?? 'v1.34.4',
    admission: options.admission,
    authority: createAuthority(store, options.clock),
    audit: options.audit ?? null,
    auditLevel: options.auditLevel ?? 'Metadata',
    snapshots: createSnapshots(),
    takeStream: options.takeStream ?? (() => false),
    kubeletHost: options.kubeletHost ?? null,
    closing: closing.signal,
  }
  bootstrap(context)
  const server = createHttpServer(context)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    kubeconfig: () =>
      kubeconfig(`${url}${credentialPrefix(context.authority.adminToken)}`, context.authority.adminToken),
    client: (fieldManager = 'kata-sim') => createInProcessClient(context, fieldManager),
    async close() {
      closing.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function kubeconfig(server: string, token: string): string {
  const name = 'kata-sim'
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  })
}
