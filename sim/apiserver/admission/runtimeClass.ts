import type { KubeObject } from '../../kubeObject.ts'
import { forbidden } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Admission } from './chain.ts'
import { podName } from './serviceAccount.ts'

const classes = findKind('node.k8s.io', 'v1', 'runtimeclasses') as Kind

interface Scheduling {
  nodeSelector?: Record<string, string>
  tolerations?: unknown[]
}
interface PodSpec {
  runtimeClassName?: string
  overhead?: Record<string, string>
  nodeSelector?: Record<string, string>
  tolerations?: unknown[]
}

/** Overhead and scheduling of the RuntimeClass become the pod's: plugin/pkg/admission/runtimeclass, v1.34. */
export const runtimeClass: Admission = {
  mutate(context, { operation, kind, subresource, object }) {
    if (!context.admission.runtimeClass || operation !== 'CREATE' || kind.plural !== 'pods' || subresource !== '')
      return
    const spec = object['spec'] as PodSpec | undefined
    if (spec === undefined) return
    const reject = (why: string): never => {
      throw forbidden(kind, podName(object.metadata), why)
    }
    const name = spec.runtimeClassName
    let found: KubeObject | undefined
    if (name !== undefined && name !== '') {
      found = context.store.of(classes).byKey.get(keyOf('', name))?.object
      if (found === undefined) reject(`pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
    }
    mergeOverhead(spec, (found?.['overhead'] as { podFixed?: Record<string, string> } | undefined)?.podFixed, reject)
    mergeScheduling(spec, (found?.['scheduling'] as Scheduling | undefined) ?? {}, reject)
  },
}

function mergeOverhead(spec: PodSpec, fixed: Record<string, string> | undefined, reject: (why: string) => never): void {
  if (fixed === undefined) {
    if (spec.overhead !== undefined)
      reject('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    return
  }
  if (spec.overhead !== undefined && !sameJson(spec.overhead, fixed)) {
    reject("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  }
  spec.overhead = { ...fixed }
}

function mergeScheduling(
  spec: PodSpec,
  { nodeSelector = {}, tolerations = [] }: Scheduling,
  reject: (why: string) => never,
): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key]
    if (own !== undefined && own !== value) {
      reject(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      )
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value }
  }
  const added = tolerations.filter((one) => !(spec.tolerations ?? []).some((other) => sameJson(one, other)))
  if (added.length > 0)
    spec.tolerations = [...(spec.tolerations ?? []), ...added.map((one) => ({ ...(one as object) }))]
}
