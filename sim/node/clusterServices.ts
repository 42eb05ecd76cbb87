import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { MachineError } from '../machine/machine.ts'
import type { ClusterServices } from './clusterNetwork.ts'

interface ServicePort {
  name?: string
  port: number
  targetPort?: number | string
}

/** Services and their names straight from the API: what kube-proxy and the cluster's DNS would serve. */
export function createClusterServices(client: KubeClient, domain = 'cluster.local'): ClusterServices {
  const services = async () => (await client.list('/api/v1/services')).items
  const readyPods = async (service: KubeObject) => {
    const selector = Object.entries((service.spec?.selector ?? {}) as Record<string, string>)
    if (selector.length === 0) return []
    const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',')
    const { items } = await client.list(`/api/v1/namespaces/${service.metadata.namespace}/pods`, { labelSelector })
    return items.filter(isReady)
  }
  let turn = 0
  return {
    async endpoint(ip, port) {
      const service = (await services()).find((one) => one.spec?.clusterIP === ip)
      if (!service) return null
      const servicePort = (service.spec.ports as ServicePort[]).find((one) => one.port === port)
      const pods = servicePort ? await readyPods(service) : []
      const pod = pods[turn++ % Math.max(1, pods.length)]
      if (!servicePort || !pod) throw new MachineError('ECONNREFUSED', 'Connection refused')
      return { ip: String(pod.status.podIP), port: targetPort(pod, servicePort) }
    },
    async lookup(name) {
      const parts = name.replace(/\.$/, '').replace(new RegExp(`\\.svc(\\.${domain.replaceAll('.', '\\.')})?$`), '').split('.')
      const [serviceName, namespace] = parts
      if (parts.length !== 2) return []
      const service = (await services()).find((one) => one.metadata.name === serviceName && one.metadata.namespace === namespace)
      if (!service) return []
      if (service.spec.clusterIP !== 'None') return [String(service.spec.clusterIP)]
      return (await readyPods(service)).map((pod) => String(pod.status.podIP))
    },
  }
}

function isReady(pod: KubeObject): boolean {
  const conditions = (pod.status?.conditions ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') && pod.status.podIP !== undefined
}

function targetPort(pod: KubeObject, { port, targetPort: target }: ServicePort): number {
  if (target === undefined) return port
  if (typeof target === 'number') return target
  const containers = pod.spec.containers as { ports?: { name?: string; containerPort: number }[] }[]
  return containers.flatMap((container) => container.ports ?? []).find(({ name }) => name === target)?.containerPort ?? port
}
