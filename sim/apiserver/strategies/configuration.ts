import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import type { Strategy } from '../strategies.ts'
import { invalidValue, prohibited, required, tooLong } from '../validation/fieldErrors.ts'
import { configKeyErrors } from '../validation/names.ts'

/*
 * ConfigMaps and Secrets: pkg/apis/core/validation, v1.34.
 */

const maxBytes = 1024 * 1024
type Data = Record<string, string>

export const configMapStrategy: Strategy = {
  validate(object) {
    const data = (object['data'] ?? {}) as Data
    const binary = (object['binaryData'] ?? {}) as Data
    const causes = [...keyErrors(data, 'data'), ...keyErrors(binary, 'binaryData')]
    for (const key of Object.keys(data))
      if (key in binary) causes.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    const size = textBytes(data) + base64Bytes(binary)
    return size > maxBytes ? [...causes, tooLong('', maxBytes)] : causes
  },
  validateUpdate: (object, old) => frozen(object, old, ['data', 'binaryData']),
}

const requiredKeys: Record<string, readonly string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

export const secretStrategy: Strategy = {
  prepareForCreate: mergeStringData,
  prepareForUpdate: mergeStringData,
  validate(object) {
    const data = (object['data'] ?? {}) as Data
    const causes = keyErrors(data, 'data')
    if (base64Bytes(data) > maxBytes) causes.push(tooLong('data', maxBytes))
    for (const key of requiredKeys[object['type'] as string] ?? [])
      if (!(key in data)) causes.push(required(`data[${key}]`))
    return causes
  },
  validateUpdate(object, old) {
    const causes = frozen(object, old, ['data'])
    if (object['type'] !== old['type']) causes.push(invalidValue('type', object['type'], 'field is immutable'))
    return causes
  },
}

/** stringData is write-only: it ends up in data. */
function mergeStringData(object: KubeObject): void {
  const strings = object['stringData'] as Data | undefined
  if (strings === undefined) return
  const encoded = Object.fromEntries(
    Object.entries(strings).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
  object['data'] = { ...(object['data'] as Data | undefined), ...encoded }
  delete object['stringData']
}

const keyErrors = (data: Data, field: string): Cause[] =>
  Object.keys(data).flatMap((key) => configKeyErrors(key).map((wrong) => invalidValue(`${field}[${key}]`, key, wrong)))

function frozen(object: KubeObject, old: KubeObject, fields: readonly string[]): Cause[] {
  if (old['immutable'] !== true) return []
  const causes: Cause[] = []
  if (object['immutable'] !== true) causes.push(prohibited('immutable', 'field is immutable when `immutable` is set'))
  for (const field of fields) {
    if (!sameJson(object[field], old[field]))
      causes.push(prohibited(field, 'field is immutable when `immutable` is set'))
  }
  return causes
}

const textBytes = (data: Data) => Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0)
const base64Bytes = (data: Data) =>
  Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0)
