import type { KubeObject } from '../kubeObject.ts'
import { parseBytes, parseMillicores, parseQuantity } from './quantity.ts'
import { isSidecar, specOf, type ContainerSpec, type ResourceList } from './podSpec.ts'

/** Amounts by resource name: cpu in millicores, everything else in its unit (bytes, devices). */
export type Amounts = Map<string, number>

export function amount(resource: string, quantity: string): number {
  return resource === 'cpu' ? parseMillicores(quantity) : parseBytes(quantity)
}

function amounts(list: ResourceList | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, quantity]) => [name, amount(name, quantity)]))
}

function add(to: Amounts, more: Amounts): Amounts {
  for (const [name, value] of more) to.set(name, (to.get(name) ?? 0) + value)
  return to
}

function atLeast(to: Amounts, floor: Amounts): Amounts {
  for (const [name, value] of floor) to.set(name, Math.max(to.get(name) ?? 0, value))
  return to
}

/**
 * What a pod needs at once: containers and sidecars together, or the greatest init container beside the sidecars started before it
 * (component-helpers resource.AggregateContainerRequests), or what the pod itself declares.
 */
function aggregate(
  pod: KubeObject,
  of: (container: ContainerSpec) => ResourceList | undefined,
  podLevel: ResourceList | undefined,
): Amounts {
  const spec = specOf(pod)
  const sidecars: Amounts = new Map()
  const greatestInit: Amounts = new Map()
  for (const init of spec.initContainers ?? []) {
    if (isSidecar(init)) add(sidecars, amounts(of(init)))
    else atLeast(greatestInit, add(new Map(sidecars), amounts(of(init))))
    atLeast(greatestInit, sidecars)
  }
  const total = new Map(sidecars)
  for (const container of spec.containers) add(total, amounts(of(container)))
  atLeast(total, greatestInit)
  for (const [name, value] of amounts(podLevel)) total.set(name, value)
  return total
}

/** Requests with the RuntimeClass's overhead: what scheduler and kubelet count. */
export function podRequests(pod: KubeObject): Amounts {
  const spec = specOf(pod)
  return add(
    aggregate(
      pod,
      (container) => ({ ...container.resources?.limits, ...container.resources?.requests }),
      spec.resources?.requests,
    ),
    amounts(spec.overhead),
  )
}

/** Limits without overhead: what the sandbox is told. */
export function podLimits(pod: KubeObject): Amounts {
  return aggregate(pod, (container) => container.resources?.limits, specOf(pod).resources?.limits)
}

export function overheadOf(pod: KubeObject): Amounts {
  return amounts(specOf(pod).overhead)
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** Guide: Kubernetes, Configure Quality of Service for Pods. Only cpu and memory count. */
export function qosClass(pod: KubeObject): QosClass {
  const spec = specOf(pod)
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  const levels = spec.resources ? [spec.resources] : containers.map((container) => container.resources ?? {})
  const given = (list: ResourceList | undefined, name: string) =>
    list?.[name] === undefined ? 0 : parseQuantity(list[name])
  const any = levels.some((level) =>
    ['cpu', 'memory'].some((name) => given(level.requests, name) > 0 || given(level.limits, name) > 0),
  )
  if (!any) return 'BestEffort'
  const all = levels.every((level) =>
    ['cpu', 'memory'].every((name) => {
      const limit = given(level.limits, name)
      return limit > 0 && (level.requests?.[name] === undefined || given(level.requests, name) === limit)
    }),
  )
  return all ? 'Guaranteed' : 'Burstable'
}
