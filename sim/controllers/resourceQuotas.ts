import type { KubeObject } from '../kubeObject.ts'
import { overheadOf, podLimits, podRequests, qosClass } from '../kubelet/podResources.ts'
import { specOf } from '../kubelet/podSpec.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { collectionPath, KINDS } from './kinds.ts'
import { isOver, PODS } from './ownedPods.ts'
import { writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'

const QUOTAS = '/api/v1/resourcequotas'

/** Keeps status.used of ResourceQuotas: pods in their scopes, requests, limits and counts of objects. */
export function startResourceQuotas(context: ControllerContext, countsOverhead: boolean): Controller {
  const { client, informers } = context
  const counted = KINDS.filter((kind) => kind.namespaced)
  const queue = createWorkQueue(context.clock, async (key) => {
    const quota = informers.cache(QUOTAS).get(key)
    if (!quota || quota.metadata.deletionTimestamp) return
    const { hard = {}, scopes = [] } = quota['spec'] as { hard?: Record<string, string>; scopes?: string[] }
    const used = Object.fromEntries(
      Object.keys(hard).map((resource) => [resource, usage(resource, quota.metadata.namespace!, scopes)]),
    )
    await writeStatus(
      client,
      `/api/v1/namespaces/${quota.metadata.namespace}/resourcequotas/${quota.metadata.name}`,
      quota,
      { hard, used },
    )
  })
  const inNamespace = (path: string, namespace: string) =>
    [...informers.cache(path).values()].filter((object) => object.metadata.namespace === namespace)

  const usage = (resource: string, namespace: string, scopes: readonly string[]): string => {
    const kind = counted.find(({ plural, apiVersion }) => {
      const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''
      return resource === `count/${plural}${group}` || (group === '' && resource === plural)
    })
    const pods = inNamespace(PODS, namespace).filter((pod) => !isOver(pod) && inScopes(pod, scopes))
    if (resource === 'pods' || resource === 'count/pods') return String(pods.length)
    if (kind) return String(inNamespace(collectionPath(kind), namespace).length)
    const [, list, name] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [null, 'requests', resource]
    const total = pods.reduce((sum, pod) => sum + amountOf(pod, list ?? '', name ?? ''), 0)
    return name === 'cpu' ? millicores(total) : bytes(total)
  }

  const amountOf = (pod: KubeObject, list: string, name: string): number => {
    if (list === 'limits') return podLimits(pod).get(name) ?? 0
    return (podRequests(pod).get(name) ?? 0) - (countsOverhead ? 0 : (overheadOf(pod).get(name) ?? 0))
  }

  const touched = (object: KubeObject) => {
    for (const quota of informers.cache(QUOTAS).values())
      if (quota.metadata.namespace === object.metadata.namespace) queue.add(objectKey(quota))
  }
  informers.listen(QUOTAS, { upsert: (quota) => queue.add(objectKey(quota)) })
  for (const kind of counted) {
    const onlyNew = kind.kind !== 'Pod'
    informers.listen(collectionPath(kind), {
      upsert: (object, previous) => {
        if (!previous || (!onlyNew && isOver(object) !== isOver(previous))) touched(object)
      },
      remove: touched,
    })
  }
  return { stop: () => queue.stop() }
}

/** pkg/quota/v1/evaluator/core/pods.go, podMatchesScopeFunc. */
function inScopes(pod: KubeObject, scopes: readonly string[]): boolean {
  const terminating = specOf(pod).activeDeadlineSeconds !== undefined
  const bestEffort = qosClass(pod) === 'BestEffort'
  const matches: Record<string, boolean> = {
    Terminating: terminating,
    NotTerminating: !terminating,
    BestEffort: bestEffort,
    NotBestEffort: !bestEffort,
  }
  return scopes.every((scope) => matches[scope] ?? true)
}

function millicores(total: number): string {
  return total % 1000 === 0 ? String(total / 1000) : `${total}m`
}

function bytes(total: number): string {
  for (const [suffix, unit] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const)
    if (total > 0 && total % unit === 0) return `${total / unit}${suffix}`
  return String(total)
}
