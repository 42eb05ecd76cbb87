import { forbidden } from '../apiError.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { addQuantities, compareQuantities, nanos } from '../schema/quantity.ts'
import { rangeOf } from '../storage/collection.ts'
import type { Context } from '../context.ts'
import type { Admission, AdmissionRequest } from './chain.ts'
import { podName } from './serviceAccount.ts'

const limitRanges = findKind('', 'v1', 'limitranges') as Kind

type Amounts = Record<string, string>
interface LimitItem {
  type: 'Container' | 'Pod' | 'PersistentVolumeClaim'
  min?: Amounts
  max?: Amounts
  default?: Amounts
  defaultRequest?: Amounts
  maxLimitRequestRatio?: Amounts
}
interface Container {
  name: string
  resources?: { requests?: Amounts; limits?: Amounts }
}
interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
}

const annotation = 'kubernetes.io/limit-ranger'

/** Default requests and limits, then minima and maxima: plugin/pkg/admission/limitranger, v1.34. */
export const limitRanger: Admission = {
  mutate(context, request) {
    if (!concerns(request)) return
    const spec = request.object['spec'] as PodSpec | undefined
    if (request.kind.plural !== 'pods' || spec === undefined) return
    for (const items of limitsOf(context, request.namespace)) {
      const notes: string[] = []
      for (const item of items) {
        if (item.type !== 'Container') continue
        for (const container of spec.containers) notes.push(...fill(container, item, 'container'))
        for (const container of spec.initContainers ?? []) notes.push(...fill(container, item, 'init container'))
      }
      if (notes.length > 0) {
        request.object.metadata.annotations = {
          ...request.object.metadata.annotations,
          [annotation]: `LimitRanger plugin set: ${notes.join('; ')}`,
        }
      }
    }
  },
  validate(context, request) {
    if (!concerns(request)) return
    const wrong = limitsOf(context, request.namespace).flatMap((items) =>
      items.flatMap((item) => violations(item, request)),
    )
    if (wrong.length === 0) return
    throw forbidden(
      request.kind,
      podName(request.object.metadata),
      wrong.length === 1 ? (wrong[0] as string) : `[${wrong.join(', ')}]`,
    )
  },
}

const concerns = ({ operation, kind, subresource }: AdmissionRequest): boolean =>
  subresource === '' && operation === 'CREATE' && (kind.plural === 'pods' || kind.plural === 'persistentvolumeclaims')

function limitsOf(context: Context, namespace: string): LimitItem[][] {
  const { keys, byKey } = context.store.of(limitRanges)
  return keys
    .slice(...rangeOf(keys, namespace))
    .map((key) => (byKey.get(key)?.object['spec'] as { limits?: LimitItem[] } | undefined)?.limits ?? [])
}

function fill(container: Container, item: LimitItem, what: string): string[] {
  const resources = (container.resources ??= {})
  const notes: string[] = []
  const set = (part: 'limits' | 'requests', defaults: Amounts | undefined, word: string) => {
    const added = Object.keys(defaults ?? {})
      .filter((name) => resources[part]?.[name] === undefined)
      .sort()
    if (added.length === 0) return
    resources[part] = { ...(defaults as Amounts), ...resources[part] }
    notes.push(`${added.join(', ')} ${word} for ${what} ${container.name}`)
  }
  set('requests', item.defaultRequest, 'request')
  set('limits', item.default, 'limit')
  return notes
}

function violations(item: LimitItem, { kind, object }: AdmissionRequest): string[] {
  if (kind.plural === 'persistentvolumeclaims') {
    return item.type === 'PersistentVolumeClaim' ? check(item, (object['spec'] as Container).resources ?? {}) : []
  }
  const spec = object['spec'] as PodSpec
  if (item.type === 'Container')
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources = {} }) => check(item, resources))
  return item.type === 'Pod' ? check(item, podTotals(spec)) : []
}

function podTotals(spec: PodSpec): { requests: Amounts; limits: Amounts } {
  const total = { requests: {} as Amounts, limits: {} as Amounts }
  for (const { resources = {} } of spec.containers) {
    for (const part of ['requests', 'limits'] as const) {
      for (const [name, value] of Object.entries(resources[part] ?? {})) {
        const before = total[part][name]
        total[part][name] = before === undefined ? value : addQuantities(before, value)
      }
    }
  }
  return total
}

function check(item: LimitItem, { requests = {}, limits = {} }: { requests?: Amounts; limits?: Amounts }): string[] {
  const wrong: string[] = []
  const { type } = item
  for (const [name, min] of sorted(item.min)) {
    const request = requests[name]
    if (request === undefined) wrong.push(`minimum ${name} usage per ${type} is ${min}.  No request is specified`)
    else if (compareQuantities(request, min) < 0)
      wrong.push(`minimum ${name} usage per ${type} is ${min}, but request is ${request}`)
  }
  for (const [name, max] of sorted(item.max)) {
    const limit = type === 'PersistentVolumeClaim' ? requests[name] : limits[name]
    const word = type === 'PersistentVolumeClaim' ? 'request' : 'limit'
    if (limit === undefined) wrong.push(`maximum ${name} usage per ${type} is ${max}.  No ${word} is specified`)
    else if (compareQuantities(limit, max) > 0)
      wrong.push(`maximum ${name} usage per ${type} is ${max}, but ${word} is ${limit}`)
  }
  for (const [name, ratio] of sorted(item.maxLimitRequestRatio)) {
    const [limit, request] = [limits[name], requests[name]]
    if (limit === undefined || request === undefined || nanos(request) === 0n) {
      wrong.push(
        `${name} max limit to request ratio per ${type} is ${ratio}, but no ${limit === undefined ? 'limit' : 'request'} is specified or ${limit === undefined ? 'limit' : 'request'} is 0`,
      )
    } else if (Number(nanos(limit)) / Number(nanos(request)) > Number(nanos(ratio)) / 1e9) {
      wrong.push(
        `${name} max limit to request ratio per ${type} is ${ratio}, but provided ratio is ${(Number(nanos(limit)) / Number(nanos(request))).toFixed(6)}`,
      )
    }
  }
  return wrong
}

const sorted = (amounts: Amounts | undefined): [string, string][] =>
  Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
