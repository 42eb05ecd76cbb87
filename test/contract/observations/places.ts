import { recordedScenarios } from '../pods/recordedScenario.ts'
import { podsOf } from '../pods/relive.ts'
import { askedContainers } from './recordedTexts.ts'
import type { Place } from './row.ts'

interface Container {
  name: string
  resources?: { limits?: Place['limits'] }
}

/** Every recorded container: those that were asked something, and the first of all others, of which there is the status. */
export const places: readonly Place[] = recordedScenarios.flatMap((recorded) => {
  const asked = askedContainers(recorded)
  const silent = podsOf(recorded).filter((pod) => !asked.some((one) => one.pod === pod))
  return [...asked, ...silent.map((pod) => ({ pod, container: null }))].flatMap(({ pod, container }) => {
    const manifest = recorded.created.find(
      (one) => one.manifest.kind === 'Pod' && one.manifest.metadata.name === pod,
    )?.manifest
    if (!manifest || !recorded.watch.some((one) => one.pod === pod && hasContainers(one.status))) return []
    const { containers } = manifest.spec as { containers: Container[] }
    const { resources } = containers.find(({ name }) => name === container) ?? containers[0]!
    return [{ recorded, pod, container, kata: recorded.runtimeClass !== null, limits: resources?.limits ?? {} }]
  })
})

function hasContainers(status: unknown): boolean {
  return (status as { containerStatuses?: unknown[] }).containerStatuses !== undefined
}
