import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import type { Kind } from '../kinds.ts'
import { invalidValue, prohibited, required } from './fieldErrors.ts'
import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValueErrors,
  pathSegment,
  qualifiedNameErrors,
} from './names.ts'

/*
 * ObjectMeta: k8s.io/apimachinery/pkg/api/validation/objectmeta.go, v0.34.
 */

const nameRules: Record<string, (name: string) => string[]> = {
  namespaces: dns1123Label,
  services: dns1035Label,
  roles: pathSegment,
  rolebindings: pathSegment,
  clusterroles: pathSegment,
  clusterrolebindings: pathSegment,
}
const maxAnnotationBytes = 256 * 1024

export function validateMetadata(object: KubeObject, kind: Kind): Cause[] {
  const { metadata } = object
  const causes: Cause[] = []
  if (metadata.name === undefined || metadata.name === '') {
    causes.push(required('metadata.name', 'name or generateName is required'))
  } else {
    const rule = nameRules[kind.plural] ?? dns1123Subdomain
    causes.push(...rule(metadata.name).map((wrong) => invalidValue('metadata.name', metadata.name, wrong)))
  }
  if (!kind.namespaced && metadata.namespace) causes.push(prohibited('metadata.namespace', 'not allowed on this type'))
  causes.push(...validateLabels(metadata.labels, 'metadata.labels'))
  let bytes = 0
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    bytes += key.length + Buffer.byteLength(value)
    causes.push(
      ...qualifiedNameErrors(key.toLowerCase()).map((wrong) => invalidValue('metadata.annotations', key, wrong)),
    )
  }
  if (bytes > maxAnnotationBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxAnnotationBytes} bytes`,
      field: 'metadata.annotations',
    })
  }
  const owners = (metadata['ownerReferences'] ?? []) as Record<string, unknown>[]
  owners.forEach((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`
    for (const name of ['kind', 'name', 'uid'] as const) {
      if (!owner[name]) causes.push(invalidValue(`${path}.${name}`, owner[name] ?? '', 'must not be empty'))
    }
  })
  for (const finalizer of metadata.finalizers ?? []) {
    causes.push(...qualifiedNameErrors(finalizer).map((wrong) => invalidValue('metadata.finalizers', finalizer, wrong)))
  }
  return causes
}

export function validateLabels(labels: Record<string, string> | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  for (const [key, value] of Object.entries(labels ?? {})) {
    causes.push(...qualifiedNameErrors(key).map((wrong) => invalidValue(field, key, wrong)))
    causes.push(...labelValueErrors(value).map((wrong) => invalidValue(field, value, wrong)))
  }
  return causes
}

export function validateMetadataUpdate(object: KubeObject, old: KubeObject): Cause[] {
  const causes: Cause[] = []
  for (const name of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const) {
    if (!sameJson(object.metadata[name], old.metadata[name])) {
      causes.push(invalidValue(`metadata.${name}`, object.metadata[name], 'field is immutable'))
    }
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    const added = (object.metadata.finalizers ?? []).filter((one) => !(old.metadata.finalizers ?? []).includes(one))
    if (added.length > 0) {
      causes.push(
        prohibited(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
        ),
      )
    }
  }
  return causes
}
