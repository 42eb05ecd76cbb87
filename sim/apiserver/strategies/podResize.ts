import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { qosClass } from '../pods/qosClass.ts'
import { invalidValue, prohibited } from '../validation/fieldErrors.ts'
import type { Json } from '../validation/pod.ts'

/*
 * PATCH of pods/resize: dropNonResizeUpdates of pkg/registry/core/pod/strategy.go and ValidatePodResize of pkg/apis/core/validation, v1.34.
 */

const list = (of: unknown): Json[] => (of ?? []) as Json[]

/** Of the new spec only resources and resizePolicy of its containers, unless these are others. */
export function resized(spec: Json, old: Json): Json {
  const [containers, before] = [list(spec['containers']), list(old['containers'])]
  const names = (of: Json[]) => of.map(({ name }) => name)
  if (!sameJson(names(containers), names(before))) return spec
  return {
    ...old,
    containers: before.map((container, index) => {
      const { resources, resizePolicy } = containers[index] as Json
      return { ...container, resources, ...(resizePolicy === undefined ? {} : { resizePolicy }) }
    }),
  }
}

export function validateResize(object: KubeObject, old: KubeObject): Cause[] {
  const [containers, before] = [object, old].map((pod) => list((pod['spec'] as Json)['containers']))
  const causes: Cause[] = []
  if (qosClass(object) !== qosClass(old))
    causes.push(invalidValue('spec', qosClass(old), 'Pod QOS Class may not change as a result of resizing'))
  const running = list((old['status'] as Json | undefined)?.['containerStatuses']).find(
    ({ state }) => (state as Json | undefined)?.['running'] !== undefined,
  )
  if (running && running['resources'] === undefined)
    causes.push(prohibited('spec', 'Pod running on node without support for resize'))
  containers?.forEach((container, index) => {
    const [now, then] = [container, before?.[index] ?? {}].map(({ resources }) => (resources ?? {}) as Json)
    for (const kind of ['requests', 'limits'] as const) {
      const [kept, had] = [now, then].map((of) => (of?.[kind] ?? {}) as Json)
      const path = `spec.containers[${index}].resources.${kind}`
      if (Object.keys(had ?? {}).some((name) => kept?.[name] === undefined))
        causes.push(prohibited(path, `resource ${kind} cannot be removed`))
      const others = (of: Json | undefined) =>
        Object.entries(of ?? {}).filter(([name]) => name !== 'cpu' && name !== 'memory')
      if (!sameJson(others(kept), others(had)))
        causes.push(prohibited('spec', 'only cpu and memory resources are mutable'))
    }
  })
  // Aggregate of k8s.io/apimachinery says the same thing once.
  return causes.filter((cause, index) => causes.findIndex((other) => sameJson(other, cause)) === index)
}
