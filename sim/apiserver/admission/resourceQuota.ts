import type { KubeObject } from '../../kubeObject.ts'
import { forbidden } from '../apiError.ts'
import type { Context } from '../context.ts'
import { copyJson, sameJson } from '../json.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { usageOf } from '../pods/usage.ts'
import type { Amounts } from '../pods/usage.ts'
import { addQuantities, compareQuantities } from '../schema/quantity.ts'
import { rangeOf } from '../storage/collection.ts'
import type { Admission } from './chain.ts'
import { podName } from './serviceAccount.ts'

const quotas = findKind('', 'v1', 'resourcequotas') as Kind

/**
 * Hard limits of a namespace: plugin/pkg/admission/resourcequota, v1.34. What is used is counted from the objects
 * themselves, and written to the status as the quota controller would. Scopes are honoured for pods.
 */
export const resourceQuota: Admission = {
  validate(context, { operation, kind, subresource, object, namespace, dryRun }) {
    if (operation !== 'CREATE' || subresource !== '' || namespace === '' || kind.plural === 'resourcequotas') return
    const { runtimeClassName } = (object['spec'] ?? {}) as { runtimeClassName?: string }
    if (context.admission.podQuota === 'ignored-for-kata' && runtimeClassName !== undefined) return
    const { keys, byKey } = context.store.of(quotas)
    for (const key of keys.slice(...rangeOf(keys, namespace))) {
      const quota = byKey.get(key)?.object
      if (quota !== undefined) admit(context, quota, kind, object, dryRun)
    }
  },
}

function admit(context: Context, quota: KubeObject, kind: Kind, object: KubeObject, dryRun: boolean): void {
  const hard = (quota['spec'] as { hard?: Amounts } | undefined)?.hard ?? {}
  const scopes = (quota['spec'] as { scopes?: string[] } | undefined)?.scopes ?? []
  const wanted = usageOf(kind, asCounted(context, object), scopes)
  const counted = Object.keys(hard).filter((name) => wanted[name] !== undefined)
  const reject = (why: string): never => {
    throw forbidden(kind, podName(object.metadata), why)
  }
  const mustSay =
    kind.plural === 'pods'
      ? Object.keys(hard).filter((name) => /cpu|memory/.test(name) && wanted[name] === undefined)
      : []
  if (mustSay.length > 0 && Object.keys(wanted).length > 0) {
    const containers = (object['spec'] as { containers: { name: string }[] }).containers.map(({ name }) => name)
    reject(
      `failed quota: ${quota.metadata.name}: must specify ${mustSay
        .sort()
        .map((name) => `${name} for: ${containers.join(',')}`)
        .join('; ')}`,
    )
  }
  if (counted.length === 0) return
  const used = usedIn(context, quota.metadata.namespace ?? '', Object.keys(hard), scopes)
  const exceeded = counted
    .filter(
      (name) => compareQuantities(addQuantities(used[name] ?? '0', wanted[name] as string), hard[name] as string) > 0,
    )
    .sort()
  if (exceeded.length > 0) {
    const show = (of: Amounts) => exceeded.map((name) => `${name}=${of[name] ?? '0'}`).join(',')
    reject(
      `exceeded quota: ${quota.metadata.name}, requested: ${show(wanted)}, used: ${show(used)}, limited: ${show(hard)}`,
    )
  }
  if (dryRun) return
  const after = Object.fromEntries(
    Object.keys(hard).map((name) => [name, addQuantities(used[name] ?? '0', wanted[name] ?? '0')]),
  )
  const changed = copyJson(quota)
  changed['status'] = { hard, used: after }
  if (!sameJson(changed, quota)) context.store.put(quotas, changed)
}

/** Used amounts of a namespace, counted afresh. */
export function usedIn(
  context: Context,
  namespace: string,
  names: readonly string[],
  scopes: readonly string[],
): Amounts {
  const used: Amounts = Object.fromEntries(names.map((name) => [name, '0']))
  for (const plural of [
    'pods',
    'persistentvolumeclaims',
    'services',
    'configmaps',
    'secrets',
    'replicationcontrollers',
    'resourcequotas',
  ]) {
    const kind = findKind('', 'v1', plural) as Kind
    const { keys, byKey } = context.store.of(kind)
    for (const key of keys.slice(...rangeOf(keys, namespace))) {
      const usage = usageOf(kind, asCounted(context, byKey.get(key)?.object as KubeObject), scopes)
      for (const name of names)
        if (usage[name] !== undefined) used[name] = addQuantities(used[name] ?? '0', usage[name])
    }
  }
  return used
}

/** A pod as quotas count it: a fault leaves its overhead out. */
function asCounted({ admission }: Context, object: KubeObject): KubeObject {
  const spec = object['spec'] as { overhead?: unknown } | undefined
  if (admission.quotaCountsOverhead !== false || spec?.overhead === undefined) return object
  const { overhead: _overhead, ...rest } = spec
  return { ...object, spec: rest }
}
