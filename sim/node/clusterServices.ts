import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { MachineError } from '../machine/machineError.ts'
import { isIPv6 } from './addresses.ts'
import type { ClusterServices } from './clusterNetwork.ts'

interface ServiceSpec {
  clusterIP?: string
  clusterIPs?: string[]
  selector?: Record<string, string>
  ports?: ServicePort[]
}

interface ServicePort {
  name?: string
  port: number
  targetPort?: number | string
  nodePort?: number
}

/** Services and their names straight from the API: what kube-proxy and the cluster's DNS would serve. */
export function createClusterServices(client: KubeClient, domain = 'cluster.local'): ClusterServices {
  const services = async () => (await client.list('/api/v1/services')).items
  const readyPods = async (service: KubeObject) => {
    const selector = Object.entries(specOf(service).selector ?? {})
    if (selector.length === 0) return []
    const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',')
    const { items } = await client.list(`/api/v1/namespaces/${service.metadata.namespace}/pods`, { labelSelector })
    return items.filter(isReady)
  }
  let turn = 0
  return {
    async endpoint(ip, port, isNode) {
      const all = await services()
      const service = isNode
        ? all.find((one) => specOf(one).ports?.some(({ nodePort }) => nodePort === port))
        : all.find((one) => specOf(one).clusterIP === ip || specOf(one).clusterIPs?.includes(ip))
      if (!service) return null
      if (service.metadata.name === 'kube-dns' && service.metadata.namespace === 'kube-system') return { ip, port }
      const servicePort = specOf(service).ports?.find((one) => (isNode ? one.nodePort : one.port) === port)
      const pods = servicePort ? await readyPods(service) : []
      const pod = pods[turn++ % Math.max(1, pods.length)]
      if (!servicePort || !pod) throw new MachineError('ECONNREFUSED', 'Connection refused')
      return { ip: podIp(pod, isIPv6(ip)), port: targetPort(pod, servicePort) }
    },
    async lookup(name) {
      const suffix = `.svc.${domain}`
      if (!name.endsWith(suffix)) return []
      const parts = name.slice(0, -suffix.length).split('.')
      const [serviceName, namespace] = parts
      if (parts.length !== 2) return []
      const service = (await services()).find(
        (one) => one.metadata.name === serviceName && one.metadata.namespace === namespace,
      )
      if (!service) return []
      const { clusterIP } = specOf(service)
      if (clusterIP !== undefined && clusterIP !== 'None') return [clusterIP]
      return (await readyPods(service)).map((pod) => podIp(pod))
    },
  }
}

function specOf(service: KubeObject): ServiceSpec {
  return (service.spec ?? {}) as ServiceSpec
}

interface PodStatus {
  podIP?: string
  podIPs?: { ip: string }[]
  conditions?: { type: string; status: string }[]
}

function statusOf(pod: KubeObject): PodStatus {
  return (pod.status ?? {}) as PodStatus
}

function podIp(pod: KubeObject, six = false): string {
  const { podIP = '', podIPs = [] } = statusOf(pod)
  return six ? (podIPs.find(({ ip }) => isIPv6(ip))?.ip ?? '') : podIP
}

function isReady(pod: KubeObject): boolean {
  const { conditions = [], podIP } = statusOf(pod)
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') && podIP !== undefined
}

function targetPort(pod: KubeObject, { port, targetPort: target }: ServicePort): number {
  if (target === undefined) return port
  if (typeof target === 'number') return target
  const { containers } = pod.spec as { containers: { ports?: { name?: string; containerPort: number }[] }[] }
  return (
    containers.flatMap((container) => container.ports ?? []).find(({ name }) => name === target)?.containerPort ?? port
  )
}
