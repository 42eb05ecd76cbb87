import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { validateContainer } from './container.ts'
import { duplicate, invalidValue, notSupported, required } from './fieldErrors.ts'
import { validateLabels } from './metadata.ts'
import { dns1123Label, dns1123Subdomain, qualifiedNameErrors } from './names.ts'
import { validateVolumes } from './volumes.ts'

/*
 * Pods and pod templates: pkg/apis/core/validation/validation.go (v1.34), in its order.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- pod specs as JSON
export type Json = Record<string, any>

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlText = String.raw`must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`

export function validatePod(pod: KubeObject): Cause[] {
  return validatePodSpec((pod['spec'] ?? {}) as Json, 'spec')
}

export function validatePodTemplate(template: Json | undefined, path: string): Cause[] {
  const metadata = (template?.['metadata'] ?? {}) as KubeObject['metadata']
  return [
    ...validateLabels(metadata.labels, `${path}.metadata.labels`),
    ...validatePodSpec((template?.['spec'] ?? {}) as Json, `${path}.spec`),
  ]
}

export function validatePodSpec(spec: Json, path: string): Cause[] {
  const volumes = (spec['volumes'] ?? []) as Json[]
  const causes: Cause[] = []
  causes.push(...validateVolumes(volumes, `${path}.volumes`))
  causes.push(...validateContainers(spec, volumes, path))
  if (!restartPolicies.includes(spec['restartPolicy'] as string)) {
    causes.push(
      spec['restartPolicy']
        ? notSupported(`${path}.restartPolicy`, spec['restartPolicy'] as string, restartPolicies)
        : required(`${path}.restartPolicy`),
    )
  }
  if (!dnsPolicies.includes(spec['dnsPolicy'] as string))
    causes.push(notSupported(`${path}.dnsPolicy`, spec['dnsPolicy'] as string, dnsPolicies))
  for (const [key, value] of Object.entries((spec['nodeSelector'] ?? {}) as Record<string, string>))
    causes.push(...validateLabels({ [key]: value }, `${path}.nodeSelector`))
  causes.push(...validateSecurityContext(spec, path))
  for (const [index, secret] of ((spec['imagePullSecrets'] ?? []) as Json[]).entries()) {
    if (!secret['name']) causes.push(required(`${path}.imagePullSecrets[${index}].name`))
  }
  for (const name of ['serviceAccountName', 'nodeName', 'priorityClassName'] as const) {
    if (spec[name])
      causes.push(
        ...dns1123Subdomain(spec[name] as string).map((wrong) => invalidValue(`${path}.${name}`, spec[name], wrong)),
      )
  }
  if (spec['activeDeadlineSeconds'] !== undefined && (spec['activeDeadlineSeconds'] as number) < 1) {
    causes.push(
      invalidValue(
        `${path}.activeDeadlineSeconds`,
        spec['activeDeadlineSeconds'],
        'must be between 1 and 2147483647, inclusive',
      ),
    )
  }
  for (const name of ['hostname', 'subdomain'] as const) {
    if (spec[name])
      causes.push(
        ...dns1123Label(spec[name] as string).map((wrong) => invalidValue(`${path}.${name}`, spec[name], wrong)),
      )
  }
  causes.push(...validateTolerations((spec['tolerations'] ?? []) as Json[], `${path}.tolerations`))
  if (spec['runtimeClassName'] !== undefined) {
    causes.push(
      ...dns1123Subdomain(spec['runtimeClassName'] as string).map((wrong) =>
        invalidValue(`${path}.runtimeClassName`, spec['runtimeClassName'], wrong),
      ),
    )
  }
  return causes
}

function validateContainers(spec: Json, volumes: Json[], path: string): Cause[] {
  const containers = (spec['containers'] ?? []) as Json[]
  const inits = (spec['initContainers'] ?? []) as Json[]
  if (containers.length === 0) return [required(`${path}.containers`)]
  const causes: Cause[] = []
  const seen = new Set<string>()
  const check = (list: Json[], field: string, init: boolean) =>
    list.forEach((container, index) => {
      const own = `${path}.${field}[${index}]`
      causes.push(...validateContainer(container, volumes, own, init, spec))
      const name = container['name'] as string
      if (name && seen.has(name)) causes.push(duplicate(`${own}.name`, name))
      seen.add(name)
    })
  check(containers, 'containers', false)
  check(inits, 'initContainers', true)
  return causes
}

function validateSecurityContext(spec: Json, path: string): Cause[] {
  const context = (spec['securityContext'] ?? {}) as Json
  const own = `${path}.securityContext`
  const causes: Cause[] = []
  if (spec['hostNetwork'] === true) {
    for (const [index, container] of ((spec['containers'] ?? []) as Json[]).entries()) {
      for (const [at, port] of ((container['ports'] ?? []) as Json[]).entries()) {
        if (port['hostPort'] !== port['containerPort']) {
          causes.push(
            invalidValue(
              `${path}.containers[${index}].ports[${at}].containerPort`,
              port['containerPort'],
              'must match `hostPort` when `hostNetwork` is true',
            ),
          )
        }
      }
    }
  }
  for (const name of ['fsGroup', 'runAsUser', 'runAsGroup'] as const) {
    const id = context[name] as number | undefined
    if (id !== undefined && (id < 0 || id > 2147483647))
      causes.push(invalidValue(`${own}.${name}`, id, 'must be between 0 and 2147483647, inclusive'))
  }
  const sysctls = (context['sysctls'] ?? []) as Json[]
  const seen = new Set<string>()
  sysctls.forEach(({ name = '' }, index) => {
    const field = `${own}.sysctls[${index}].name`
    if (name === '') causes.push(required(field))
    else if ((name as string).length > 253 || !sysctlPattern.test(name as string))
      causes.push(invalidValue(field, name, sysctlText))
    else if (seen.has(name as string)) causes.push(duplicate(field, name))
    else if (spec['hostNetwork'] === true && /^net[./]/.test(name as string))
      causes.push(invalidValue(field, name, "may not be specified when 'hostNetwork' is true"))
    else if (spec['hostIPC'] === true && /^(kernel[./](shm|msg|sem)|fs[./]mqueue[./])/.test(name as string)) {
      causes.push(invalidValue(field, name, "may not be specified when 'hostIPC' is true"))
    }
    seen.add(name as string)
  })
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    causes.push(
      invalidValue(`${own}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    )
  }
  return causes
}

function validateTolerations(tolerations: Json[], path: string): Cause[] {
  return tolerations.flatMap(({ key = '', operator = 'Equal', value = '', effect, tolerationSeconds }, index) => {
    const own = `${path}[${index}]`
    const causes: Cause[] = []
    if (key !== '')
      causes.push(...qualifiedNameErrors(key as string).map((wrong) => invalidValue(`${own}.key`, key, wrong)))
    if (key === '' && operator !== 'Exists')
      causes.push(
        invalidValue(
          `${own}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      )
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      causes.push(
        invalidValue(`${own}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      )
    if (operator === 'Exists' && value !== '')
      causes.push(invalidValue(`${own}.operator`, value, "value must be empty when `operator` is 'Exists'"))
    if (operator !== 'Exists' && operator !== 'Equal')
      causes.push(notSupported(`${own}.operator`, operator as string, ['Equal', 'Exists']))
    if (effect !== undefined && !effects.includes(effect as string))
      causes.push(notSupported(`${own}.effect`, effect as string, effects))
    return causes
  })
}
