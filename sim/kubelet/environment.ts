import type { KubeObject } from '../kubeObject.ts'
import { fieldValue, resourceValue } from './downwardApi.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { specOf, type ContainerSpec, type EnvVar } from './podSpec.ts'

/** A container that cannot be configured: kubelet's CreateContainerConfigError. */
export class ContainerConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ContainerConfigError'
  }
}

/**
 * Environment of a container: services, envFrom, env, with $(NAME) of earlier ones filled in (kubelet_pods.go makeEnvironmentVariables).
 * Throws ContainerConfigError for a missing ConfigMap, Secret or key.
 */
export async function containerEnvironment(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
  podIps: readonly string[],
): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  const namespace = pod.metadata.namespace!
  const load = async (
    kind: 'configmap' | 'secret',
    name: string,
    optional: boolean | undefined,
  ): Promise<Record<string, string> | null> => {
    const object = await (kind === 'configmap' ? context.configMaps : context.secrets).get(namespace, name)
    if (object) return textData(object)
    if (optional) return null
    throw new ContainerConfigError(`${kind} "${name}" not found`)
  }
  for (const source of container.envFrom ?? []) {
    const ref = source.configMapRef ?? source.secretRef
    if (!ref) continue
    const data = await load(source.configMapRef ? 'configmap' : 'secret', ref.name, ref.optional)
    for (const [key, value] of Object.entries(data ?? {})) env[`${source.prefix ?? ''}${key}`] = value
  }
  const services = await serviceEnvironment(context, pod)
  for (const variable of container.env ?? []) {
    const value = await variableValue(context, pod, container, variable, podIps, { ...services, ...env }, load)
    if (value !== null) env[variable.name] = value
  }
  return { ...services, ...env }
}

type Load = (
  kind: 'configmap' | 'secret',
  name: string,
  optional: boolean | undefined,
) => Promise<Record<string, string> | null>

async function variableValue(
  context: KubeletContext,
  pod: KubeObject,
  container: ContainerSpec,
  variable: EnvVar,
  podIps: readonly string[],
  known: Record<string, string>,
  load: Load,
): Promise<string | null> {
  const from = variable.valueFrom
  if (!from) return expand(variable.value ?? '', known)
  if (from.fieldRef)
    return fieldValue(pod, from.fieldRef.fieldPath, { nodeName: context.nodeName, hostIps: context.hostIps, podIps })
  if (from.resourceFieldRef)
    return resourceValue(
      pod,
      from.resourceFieldRef.containerName ?? container.name,
      from.resourceFieldRef.resource,
      from.resourceFieldRef.divisor,
    )
  const ref = from.configMapKeyRef ?? from.secretKeyRef
  if (!ref) return ''
  const kind = from.configMapKeyRef ? 'configmap' : 'secret'
  const data = await load(kind, ref.name, ref.optional)
  if (data?.[ref.key] !== undefined) return data[ref.key]!
  if (ref.optional) return null
  const where = `${pod.metadata.namespace}/${ref.name}`
  throw new ContainerConfigError(
    kind === 'configmap'
      ? `couldn't find key ${ref.key} in ConfigMap ${where}`
      : `couldn't find key ${ref.key} in Secret ${where}`,
  )
}

/** $(NAME) is replaced by a known variable, $$(NAME) stands for itself, an unknown one stays as it is. */
export function expand(text: string, known: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (known[name] ?? whole),
  )
}

/** Values of a ConfigMap or Secret as text. */
export function textData(object: KubeObject): Record<string, string> {
  const decoded = Object.entries((object['data'] ?? {}) as Record<string, string>).map(([key, value]) => [
    key,
    object.kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value,
  ])
  return Object.fromEntries(decoded) as Record<string, string>
}

interface ServicePort {
  name?: string
  port: number
  protocol?: string
}

/** Variables of the API's service always, of the namespace's services unless enableServiceLinks is false. */
async function serviceEnvironment(context: KubeletContext, pod: KubeObject): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  const describe = (name: string, ip: string, ports: ServicePort[]) => {
    const prefix = name.toUpperCase().replaceAll('-', '_')
    env[`${prefix}_SERVICE_HOST`] = ip
    env[`${prefix}_SERVICE_PORT`] = String(ports[0]?.port ?? '')
    for (const port of ports)
      if (port.name) env[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port)
    for (const [index, port] of ports.entries()) {
      const protocol = (port.protocol ?? 'TCP').toLowerCase()
      const url = `${protocol}://${ip}:${port.port}`
      const portPrefix = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`
      if (index === 0) env[`${prefix}_PORT`] = url
      Object.assign(env, {
        [portPrefix]: url,
        [`${portPrefix}_PROTO`]: protocol,
        [`${portPrefix}_PORT`]: String(port.port),
        [`${portPrefix}_ADDR`]: ip,
      })
    }
  }
  describe('kubernetes', context.cluster.apiServiceIp, [{ name: 'https', port: 443 }])
  if (specOf(pod).enableServiceLinks === false) return env
  const { items } = await context.client.list(`/api/v1/namespaces/${pod.metadata.namespace}/services`)
  for (const service of items) {
    const { clusterIP, ports } = (service['spec'] ?? {}) as { clusterIP?: string; ports?: ServicePort[] }
    if (clusterIP && clusterIP !== 'None') describe(service.metadata.name, clusterIP, ports ?? [])
  }
  return env
}
