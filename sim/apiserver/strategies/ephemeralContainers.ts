import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { validateContainer } from '../validation/container.ts'
import { duplicate, missing, prohibited } from '../validation/fieldErrors.ts'
import type { Json } from '../validation/pod.ts'

/*
 * PATCH and PUT of pods/ephemeralcontainers: ValidatePodEphemeralContainersUpdate and validateEphemeralContainers of pkg/apis/core/validation, v1.34.
 */

const path = 'spec.ephemeralContainers'
const disallowed = [
  'ports',
  'resources',
  'resizePolicy',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'restartPolicy',
]

const list = (of: unknown): Json[] => (of ?? []) as Json[]

/** They may be added, and neither changed nor taken away. */
export function validateEphemeralContainers(object: KubeObject, old: KubeObject): Cause[] {
  const [spec, before] = [object, old].map((pod) => pod['spec'] as Json) as [Json, Json]
  const containers = list(spec['ephemeralContainers'])
  const others = [...list(spec['containers']), ...list(spec['initContainers'])].map(({ name }) => name as string)
  const causes = containers.flatMap((container, index) => {
    const own = `${path}[${index}]`
    const { name, targetContainerName: target = '' } = container as { name: string; targetContainerName?: string }
    const earlier = [...others, ...containers.slice(0, index).map((each) => each['name'] as string)]
    return [
      ...validateContainer(container, list(spec['volumes']), own, false, spec),
      ...(earlier.includes(name) ? [duplicate(`${own}.name`, name)] : []),
      ...(target !== '' && !others.includes(target) ? [missing(`${own}.targetContainerName`, target)] : []),
      ...disallowed
        .filter((field) => container[field] !== undefined && !sameJson(container[field], {}))
        .map((field) => prohibited(`${own}.${field}`, 'cannot be set for an Ephemeral Container')),
    ]
  })
  for (const had of list(before['ephemeralContainers'])) {
    const now = containers.find(({ name }) => name === had['name'])
    const which = `existing ephemeral containers ${JSON.stringify(had['name'])} may not be`
    if (!now) causes.push(prohibited(path, `${which} removed\n`))
    else if (!sameJson(now, had)) causes.push(prohibited(path, `${which} changed\n`))
  }
  return causes
}
