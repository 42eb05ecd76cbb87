import { createClock, type Clock } from '../../../sim/clock.ts'
import { startKubeletEndpoint, type KubeletEndpoint } from '../../../sim/kubelet/endpoint.ts'
import { startKubelet, type Kubelet, type KubeletOptions } from '../../../sim/kubelet/kubelet.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { createFakeRuntime, type FakeRuntime } from './fakeRuntime.ts'
import { conditionOf, statusOf } from './seen.ts'
import { createMemoryApi, type MemoryApi } from './memoryApi.ts'

export interface TestNode {
  api: MemoryApi
  runtime: FakeRuntime
  clock: Clock
  kubelet: Kubelet
  endpoint: KubeletEndpoint
  /** Creates a pod in `default`, bound to the node. */
  run(name: string, spec?: Record<string, unknown>, metadata?: Record<string, unknown>): Promise<KubeObject>
  until(name: string, predicate: (pod: KubeObject) => boolean, what: string): Promise<KubeObject>
  /** Events about a pod: reason, message and count. */
  events(name: string): { type: string; reason: string; message: string; count: number }[]
  close(): Promise<void>
}

interface SeenEvent {
  involvedObject: { name: string }
  type: string
  reason: string
  message: string
  count: number
}

export const PODS = '/api/v1/namespaces/default/pods'

export async function startTestNode(options: Partial<KubeletOptions> = {}, speed = Infinity): Promise<TestNode> {
  const api = createMemoryApi()
  const clock = createClock(speed)
  const runtime = createFakeRuntime(clock)
  const endpoint = await startKubeletEndpoint()
  const kubelet = await startKubelet({
    client: api,
    clock,
    runtime,
    endpoint,
    node: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-a' },
      status: { addresses: [{ type: 'InternalIP', address: '10.0.2.15' }] },
    },
    ...options,
  })
  return {
    api,
    runtime,
    clock,
    kubelet,
    endpoint,
    run: (name, spec = {}, metadata = {}) =>
      api.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ...metadata },
        spec: {
          nodeName: 'node-a',
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 2,
          containers: [{ name: 'main', image: 'busybox:1.36' }],
          ...spec,
        },
      }),
    until: (name, predicate, what) =>
      api.until(PODS, (pod) => pod.metadata.name === name && predicate(pod), `${name}: ${what}`),
    events: (name) =>
      [...api.objects.values()]
        .filter((object) => object.kind === 'Event')
        .map((object) => object as unknown as SeenEvent)
        .filter((event) => event.involvedObject.name === name)
        .map(({ type, reason, message, count }) => ({ type, reason, message, count })),
    async close() {
      await kubelet.stop()
      await endpoint.close()
    },
  }
}

export const ready = (pod: KubeObject): boolean => condition(pod, 'Ready') === 'True'
export const phase =
  (...phases: string[]) =>
  (pod: KubeObject): boolean =>
    phases.includes(statusOf(pod).phase ?? '')
export function condition(pod: KubeObject, type: string): string | undefined {
  return conditionOf(pod, type)?.status
}
