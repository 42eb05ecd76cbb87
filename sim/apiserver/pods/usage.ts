import type { KubeObject } from '../../kubeObject.ts'
import type { Kind } from '../kinds.ts'
import { addQuantities, compareQuantities } from '../schema/quantity.ts'
import { qosClass } from './qosClass.ts'

/*
 * What an object counts for in quotas: pkg/quota/v1/evaluator/core, v1.34.
 */

export type Amounts = Record<string, string>

interface Container {
  restartPolicy?: string
  resources?: { requests?: Amounts; limits?: Amounts }
}

export function usageOf(kind: Kind, object: KubeObject, scopes: readonly string[]): Amounts {
  const counted: Amounts = { [`count/${kind.plural}${kind.group === '' ? '' : `.${kind.group}`}`]: '1' }
  if (kind.group !== '') return counted
  if (kind.plural === 'persistentvolumeclaims') {
    const requested = (object['spec'] as Container | undefined)?.resources?.requests?.['storage'] ?? '0'
    return { ...counted, persistentvolumeclaims: '1', 'requests.storage': requested }
  }
  if (kind.plural !== 'pods') return { ...counted, [kind.plural]: '1' }
  const phase = (object['status'] as { phase?: string } | undefined)?.phase
  if (phase === 'Succeeded' || phase === 'Failed' || !inScopes(object, scopes)) return {}
  const { requests, limits } = podTotals(object)
  const usage: Amounts = { ...counted, pods: '1' }
  for (const [name, value] of Object.entries(requests)) {
    usage[`requests.${name}`] = value
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[name] = value
  }
  for (const [name, value] of Object.entries(limits)) usage[`limits.${name}`] = value
  return usage
}

/** Containers together, or the largest init container if that is more; sidecars run along; overhead is added. */
function podTotals(pod: KubeObject): { requests: Amounts; limits: Amounts } {
  const spec = pod['spec'] as { containers?: Container[]; initContainers?: Container[]; overhead?: Amounts }
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const total = (part: 'requests' | 'limits') => {
    const sum: Amounts = {}
    for (const { resources } of [...(spec.containers ?? []), ...sidecars]) add(sum, resources?.[part])
    for (const { resources } of spec.initContainers ?? []) {
      for (const [name, value] of Object.entries(resources?.[part] ?? {})) {
        if (sum[name] === undefined || compareQuantities(sum[name], value) < 0) sum[name] = value
      }
    }
    for (const [name, value] of Object.entries(spec.overhead ?? {})) {
      if (part === 'requests' || sum[name] !== undefined) sum[name] = addQuantities(sum[name] ?? '0', value)
    }
    return sum
  }
  return { requests: total('requests'), limits: total('limits') }
}

function add(sum: Amounts, amounts: Amounts | undefined): void {
  for (const [name, value] of Object.entries(amounts ?? {}))
    sum[name] = sum[name] === undefined ? value : addQuantities(sum[name], value)
}

function inScopes(pod: KubeObject, scopes: readonly string[]): boolean {
  const terminating = (pod['spec'] as { activeDeadlineSeconds?: number }).activeDeadlineSeconds !== undefined
  const bestEffort =
    scopes.includes('BestEffort') || scopes.includes('NotBestEffort') ? qosClass(pod) === 'BestEffort' : false
  return scopes.every((scope) => {
    if (scope === 'Terminating') return terminating
    if (scope === 'NotTerminating') return !terminating
    if (scope === 'BestEffort') return bestEffort
    return scope === 'NotBestEffort' ? !bestEffort : true
  })
}
