import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import { kataDeployImage } from '../facts/kataVersion.ts'

interface Container {
  readonly name: string
  readonly image?: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext?: { readonly privileged?: boolean }
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly hostPID?: boolean
    readonly nodeName?: string
    readonly containers: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[]
  }
}

/** A DaemonSet or Job that runs kata-deploy's image. */
export interface Workload {
  readonly kind: 'DaemonSet' | 'Job'
  readonly namespace: string
  readonly name: string
  /** Its image, with tag or digest. */
  readonly image: string
  readonly generation: number
  /** spec.selector.matchLabels */
  readonly selector: Readonly<Record<string, string>>
  readonly template: PodTemplate
  readonly status: Readonly<Record<string, unknown>>
}

/** kata-deploy as the cluster has it: the DaemonSets of its default mode, or the Jobs of its Job mode. */
export interface KataDeploy {
  readonly daemonSets: readonly Workload[]
  readonly jobs: readonly Workload[]
}

/**
 * kata-deploy's workloads, in whatever namespace: known by their image, as names and labels are the deployer's choice (multiInstallSuffix).
 * Throws FactUnknownError where there is none, or none may be listed: Kata came otherwise, or the Jobs of Job mode are over their time to live.
 */
export async function kataDeploy(api: ReadApi): Promise<KataDeploy> {
  const [daemonSets, jobs] = await Promise.all([
    workloads(api, 'DaemonSet', '/apis/apps/v1/daemonsets'),
    workloads(api, 'Job', '/apis/batch/v1/jobs'),
  ])
  if (daemonSets.length + jobs.length === 0)
    throw new FactUnknownError('kata-deploy', 'no DaemonSet and no Job of the cluster runs its image')
  return { daemonSets, jobs }
}

/** The DaemonSets alone. Throws FactUnknownError when kata-deploy has none: it is in Job mode, or absent. */
export async function kataDeployDaemonSets(api: ReadApi): Promise<readonly Workload[]> {
  const { daemonSets } = await kataDeploy(api)
  if (daemonSets.length === 0)
    throw new FactUnknownError("kata-deploy's DaemonSet", 'there are only Jobs of it: it was deployed in Job mode')
  return daemonSets
}

async function workloads(api: ReadApi, kind: Workload['kind'], path: string): Promise<Workload[]> {
  const objects = await listed(api, `${kind}s`, path)
  return objects.flatMap((object) => {
    const image = kataDeployImage(object)
    if (image === null) return []
    const { selector, template } = object['spec'] as {
      selector?: { matchLabels?: Record<string, string> }
      template: PodTemplate
    }
    const {
      namespace = '',
      name = '',
      generation,
    } = object.metadata as KubeObject['metadata'] & {
      generation?: number
    }
    const status = (object['status'] ?? {}) as Record<string, unknown>
    const labels = selector?.matchLabels ?? {}
    return [{ kind, namespace, name, image, generation: generation ?? 0, selector: labels, template, status }]
  })
}

/** Objects of a list. Throws FactUnknownError where the list is forbidden: the right is optional, and costs what it would have told. */
async function listed(api: ReadApi, what: string, path: string): Promise<readonly KubeObject[]> {
  try {
    return ((await api.raw(path)) as { items: KubeObject[] }).items
  } catch (error) {
    if ((error as { code?: unknown }).code === 403) throw new FactUnknownError(what, (error as Error).message)
    throw error
  }
}

/** A pod of kata-deploy. */
export interface KataDeployPod {
  readonly name: string
  readonly namespace: string
  readonly node: string
  readonly ready: boolean
  /** Of all its containers. */
  readonly restarts: number
}

/** Pods with these labels in a namespace. */
export async function podsOf(
  api: ReadApi,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<KataDeployPod[]> {
  const selector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`
  return (await listed(api, 'pods', path)).map((pod) => {
    const { nodeName } = pod['spec'] as { nodeName?: string }
    const status = (pod['status'] ?? {}) as {
      conditions?: { type: string; status: string }[]
      containerStatuses?: { restartCount: number }[]
    }
    return {
      name: pod.metadata.name ?? '',
      namespace,
      node: nodeName ?? '',
      ready: status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false,
      restarts: (status.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0),
    }
  })
}

/** The last lines of a pod's log. */
export async function lastLines(api: ReadApi, { namespace, name }: KataDeployPod, lines: number): Promise<string[]> {
  const text = await api.raw(`/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=${lines}`)
  return (typeof text === 'string' ? text : '').split('\n').filter((line) => line !== '')
}

/** Data of the ConfigMaps of kata-deploy's namespaces; empty where they may not be listed. */
export async function configMaps(api: ReadApi, { daemonSets, jobs }: KataDeploy): Promise<readonly KubeObject[]> {
  const namespaces = [...new Set([...daemonSets, ...jobs].map(({ namespace }) => namespace))]
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      listed(api, 'ConfigMaps', `/api/v1/namespaces/${namespace}/configmaps`).catch((error: unknown) => {
        if (error instanceof FactUnknownError) return []
        throw error
      }),
    ),
  )
  return lists.flat()
}

/** Environment of kata-deploy's own container. What is taken from a field of the pod is not in it. */
export function environmentOf({ template }: Workload): Readonly<Record<string, string>> {
  const containers = [...(template.spec.containers ?? []), ...(template.spec.initContainers ?? [])]
  const own = containers.filter(({ image = '' }) => /(^|\/)kata-deploy([:@]|$)/.test(image))
  return Object.fromEntries(own.flatMap(({ env = [] }) => env.map(({ name, value = '' }) => [name, value])))
}

/** Where kata-deploy installs (binary/src/config.rs: dest_dir). /opt/kata where nothing is known of it. */
export async function installationFolder(api: ReadApi): Promise<string> {
  const usual = '/opt/kata'
  try {
    const { daemonSets, jobs } = await kataDeploy(api)
    const [first] = [...daemonSets, ...jobs]
    if (!first) return usual
    const { INSTALLATION_PREFIX: prefix = '', MULTI_INSTALL_SUFFIX: suffix = '' } = environmentOf(first)
    return `${prefix}${usual}${suffix === '' ? '' : `-${suffix}`}`
  } catch (error) {
    if (error instanceof FactUnknownError) return usual
    throw error
  }
}

/** 3.26.0 of quay.io/kata-containers/kata-deploy:3.26.0@sha256:…; null for a tag that is no release. */
export const releaseOf = (image: string): string | null =>
  /:(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d*)?)(?:@|$)/.exec(image)?.[1] ?? null
