import { createHash } from 'node:crypto'
import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { specOf } from '../kubelet/podSpec.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { controllerReference } from './kinds.ts'
import { phaseOf } from './objectViews.ts'
import { PODS, isPodReady } from './ownedPods.ts'
import { createWorkQueue } from './workQueue.ts'

const SERVICES = '/api/v1/services'

interface ServiceSpec {
  type?: string
  clusterIP?: string
  selector?: Record<string, string>
  ports?: { name?: string; port: number; protocol?: string; targetPort?: number | string }[]
}

/** An EndpointSlice and the Endpoints of every Service with a selector: its pods that have an address (IPv4). */
export function startServiceEndpoints(context: ControllerContext): Controller {
  const { client, informers } = context
  const queue = createWorkQueue(context.clock, async (key) => {
    const service = informers.cache(SERVICES).get(key)
    if (!service || service.metadata.deletionTimestamp || !selectorOf(service)) return
    const pods = [...informers.cache(PODS).values()].filter((pod) => isSelected(service, pod) && addressOf(pod) !== '')
    const { namespace, name } = service.metadata
    const suffix = createHash('sha256').update(service.metadata.uid!).digest('hex').slice(0, 5)
    await put(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      slice(service, pods, `${name}-${suffix}`),
    )
    await put(`/api/v1/namespaces/${namespace}/endpoints`, endpoints(service, pods))
  })

  const put = async (path: string, wanted: KubeObject): Promise<void> => {
    try {
      const { metadata, apiVersion: _version, kind: _kind, ...content } = wanted
      const known = await client.get(`${path}/${metadata.name}`)
      if (Object.entries(content).some(([field, value]) => JSON.stringify(known[field]) !== JSON.stringify(value)))
        await client.update(`${path}/${metadata.name}`, { ...known, ...content })
    } catch (error) {
      if (!(error instanceof KubeApiError) || error.code !== 404) throw error
      await client.create(path, wanted)
    }
  }

  const concerned = (pod: KubeObject) => {
    for (const service of informers.cache(SERVICES).values())
      if (isSelected(service, pod)) queue.add(objectKey(service))
  }
  informers.listen(SERVICES, { upsert: (service) => queue.add(objectKey(service)) })
  informers.listen(PODS, { upsert: concerned, remove: concerned })
  return { stop: () => queue.stop() }
}

const serviceSpec = (service: KubeObject): ServiceSpec => service['spec'] as ServiceSpec
const selectorOf = (service: KubeObject) => serviceSpec(service).selector
const addressOf = (pod: KubeObject): string => (pod['status'] as { podIP?: string } | undefined)?.podIP ?? ''

function isSelected(service: KubeObject, pod: KubeObject): boolean {
  const selector = Object.entries(selectorOf(service) ?? {})
  if (selector.length === 0 || service.metadata.namespace !== pod.metadata.namespace) return false
  if (['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')) return false
  return selector.every(([key, value]) => pod.metadata.labels?.[key] === value)
}

const target = (pod: KubeObject) => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace,
  name: pod.metadata.name,
  uid: pod.metadata.uid,
})

/** Ports as the pods have them: a name of a container's port is its number there. */
function portsOf(service: KubeObject, pods: readonly KubeObject[]) {
  return (serviceSpec(service).ports ?? []).flatMap(({ name = '', port, protocol = 'TCP', targetPort = port }) => {
    const containers = pods[0] ? specOf(pods[0]).containers : []
    const number =
      typeof targetPort === 'number'
        ? targetPort
        : containers.flatMap(({ ports = [] }) => ports).find((one) => one.name === targetPort)?.containerPort
    return number === undefined ? [] : [{ name, port: number, protocol }]
  })
}

function slice(service: KubeObject, pods: readonly KubeObject[], name: string): KubeObject {
  const { namespace, labels } = service.metadata
  const headless = serviceSpec(service).clusterIP === 'None'
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      generateName: `${service.metadata.name}-`,
      namespace: namespace!,
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': service.metadata.name,
        ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const leaving = pod.metadata.deletionTimestamp !== undefined
      const serving = isPodReady(pod)
      return {
        addresses: [addressOf(pod)],
        conditions: { ready: serving && !leaving, serving, terminating: leaving },
        nodeName: specOf(pod).nodeName,
        targetRef: target(pod),
      }
    }),
    ports: portsOf(service, pods),
  }
}

function endpoints(service: KubeObject, pods: readonly KubeObject[]): KubeObject {
  const { name, namespace, labels } = service.metadata
  const addresses = (ready: boolean) =>
    pods
      .filter((pod) => !pod.metadata.deletionTimestamp && isPodReady(pod) === ready)
      .map((pod) => ({ ip: addressOf(pod), nodeName: specOf(pod).nodeName, targetRef: target(pod) }))
  const [there, notYet] = [addresses(true), addresses(false)]
  const ports = portsOf(service, pods).map(({ name: port, ...rest }) => (port === '' ? rest : { name: port, ...rest }))
  const subset = {
    ...(there.length ? { addresses: there } : {}),
    ...(notYet.length ? { notReadyAddresses: notYet } : {}),
    ports,
  }
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace: namespace!,
      labels: { ...labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    },
    ...(there.length + notYet.length > 0 ? { subsets: [subset] } : {}),
  }
}
