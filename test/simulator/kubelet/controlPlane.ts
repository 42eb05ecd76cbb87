import { startApiServer, type ApiServer } from '../../../sim/apiserver/apiServer.ts'
import { createClock } from '../../../sim/clock.ts'
import { startControllers } from '../../../sim/controllers/controllers.ts'
import { startKubeletEndpoint } from '../../../sim/kubelet/endpoint.ts'
import { startKubelet } from '../../../sim/kubelet/kubelet.ts'
import type { KubeClient } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { startScheduler } from '../../../sim/scheduler/scheduler.ts'
import { createFakeRuntime, type FakeRuntime } from './fakeRuntime.ts'

export interface ControlPlane {
  server: ApiServer
  client: KubeClient
  runtimes: Map<string, FakeRuntime>
  addNode(
    name: string,
    more?: { status?: Record<string, unknown>; spec?: Record<string, unknown>; labels?: Record<string, string> },
  ): Promise<void>
  /** Resolves with the first object of the collection, present or future, that the predicate takes; null stands for one that is gone. */
  until(collection: string, name: string, predicate: (object: KubeObject | null) => boolean): Promise<KubeObject | null>
  close(): Promise<void>
}

/** The embedded API server with scheduler, controllers and kubelets on runtimes without machines. */
export async function startControlPlane(): Promise<ControlPlane> {
  const clock = createClock(Infinity)
  const server = await startApiServer({ clock, admission: { runtimeClass: true, podSecurity: true } })
  const client = server.client('test')
  const controllers = await startControllers({ client: server.client('kube-controller-manager'), clock })
  const scheduler = startScheduler({ client: server.client('kube-scheduler'), clock })
  const endpoint = await startKubeletEndpoint()
  const runtimes = new Map<string, FakeRuntime>()
  const stops: (() => Promise<void>)[] = []
  return {
    server,
    client,
    runtimes,
    async addNode(name, more = {}) {
      const runtime = createFakeRuntime(clock)
      runtimes.set(name, runtime)
      const node: KubeObject = {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: more.labels ?? {} },
        spec: more.spec ?? {},
        status: more.status ?? {},
      }
      const kubelet = await startKubelet({ client: server.client('kubelet'), clock, runtime, endpoint, node })
      stops.push(() => kubelet.stop())
    },
    async until(collection, name, predicate) {
      const { items, resourceVersion } = await client.list(collection)
      const present = items.find((object) => object.metadata.name === name) ?? null
      if (predicate(present)) return present
      const deadline = new AbortController()
      let last: KubeObject | null = present
      const timer = setTimeout(() => deadline.abort(), 1800)
      try {
        for await (const { type, object } of client.watch(collection, { resourceVersion, signal: deadline.signal })) {
          if (object.metadata.name !== name) continue
          last = type === 'DELETED' ? null : object
          if (predicate(last)) return last
        }
      } finally {
        clearTimeout(timer)
        deadline.abort()
      }
      throw new Error(
        `${collection}/${name} did not become what was awaited; last: ${JSON.stringify(last?.['status'] ?? last)}`,
      )
    },
    async close() {
      scheduler.stop()
      controllers.stop()
      for (const stop of stops) await stop()
      await endpoint.close()
      await server.close()
    },
  }
}

export const PODS = '/api/v1/namespaces/default/pods'

export function busyboxPod(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'busybox:1.36' }], ...spec },
  }
}
