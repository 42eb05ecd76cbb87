import { badRequest } from '../apiError.ts'
import { copyJson } from '../json.ts'
import type { FieldType } from './fieldType.ts'
import { canonical, quantityPattern } from './quantity.ts'

/*
 * What decoding into Go types does to an object: types are checked, unknown fields found and dropped, nulls and zero values
 * left out where Go's omitempty leaves them out, and written where it does not.
 */

type Json = Record<string, unknown>

/** Booleans that are no pointers: false is the same as not said. */
const omittedWhenFalse = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'unschedulable',
  'paused',
  'publishNotReadyAddresses',
])
const omittedWhenZero = new Set([
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'count',
  'healthCheckNodePort',
])
/** Strings that are pointers: empty is a value of its own. */
const keptWhenEmpty = new Set([
  'storageClassName',
  'type',
  'runtimeClassName',
  'ingressClassName',
  'volumeAttributesClassName',
  'subPathExpr',
])

/** Times without a pointer: null while not said. */
const nullTimes: Readonly<Record<string, readonly string[]>> = {
  'v1.PodCondition': ['lastProbeTime', 'lastTransitionTime'],
  'v1.NodeCondition': ['lastHeartbeatTime', 'lastTransitionTime'],
  'v1.Event': ['eventTime', 'firstTimestamp', 'lastTimestamp'],
}

export interface Decoded {
  object: Json
  /** Paths of unknown fields, in document order. */
  unknown: string[]
}

/** What Go writes for a value that nobody filled: the object of bookmarks, and what managedFields of a new object start from. */
export function zeroValue(type: FieldType): Json {
  const out: Json = {}
  for (const [name, field] of type.fields as ReadonlyMap<string, FieldType>) {
    if (field.shape === 'struct' && field.zero !== undefined) out[name] = zeroValue(field)
    else if (field.zero !== undefined) out[name] = field.zero
    else if (field.required) out[name] = null
  }
  return out
}

/**
 * An own copy of the object as the type has it.
 * @throws ApiError 400 with the text of Go's decoder when a value has another type.
 */
export function decode(value: Json, type: FieldType, kind: string, version: string): Decoded {
  const unknown: string[] = []
  const fail = (text: string): never => {
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${text}`)
  }
  const object = struct(value, type, '', '', unknown, fail)
  return { object, unknown }
}

type Fail = (text: string) => never

function struct(value: Json, type: FieldType, path: string, goPath: string, unknown: string[], fail: Fail): Json {
  const out: Json = {}
  const fields = type.fields as ReadonlyMap<string, FieldType>
  for (const name in value) {
    const given = value[name]
    const field = fields.get(name)
    if (field === undefined) {
      unknown.push(path === '' ? name : `${path}.${name}`)
      continue
    }
    if (given === null || given === undefined) continue
    const decoded = convert(
      given,
      field,
      path === '' ? name : `${path}.${name}`,
      goPath === '' ? name : `${goPath}.${name}`,
      type.goType,
      unknown,
      fail,
    )
    if (!leftOut(name, decoded, field)) out[name] = decoded
  }
  for (const [name, field] of fields) {
    if (field.zero !== undefined && out[name] === undefined) out[name] = zeroOf(field)
  }
  for (const name of nullTimes[type.goType] ?? []) if (fields.has(name)) out[name] ??= null
  return out
}

function leftOut(name: string, value: unknown, field: FieldType): boolean {
  if (field.zero !== undefined) return false
  if (value === '') return !field.required && field.shape === 'string' && !keptWhenEmpty.has(name)
  if (value === false) return omittedWhenFalse.has(name)
  if (value === 0) return omittedWhenZero.has(name)
  if (field.shape === 'list') return !field.required && (value as unknown[]).length === 0
  if (field.shape === 'map') return !field.required && isEmpty(value as Json)
  return false
}

export function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

function zeroOf(field: FieldType): unknown {
  if (field.shape !== 'struct') return field.zero
  const out: Json = {}
  for (const [name, inner] of field.fields as ReadonlyMap<string, FieldType>) {
    if (inner.zero !== undefined) out[name] = zeroOf(inner)
  }
  return out
}

// A function of its own, not a closure: this is where most of the time of a write goes.
function mismatch(value: unknown, goType: string, goPath: string, owner: string, fail: Fail): never {
  return fail(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner.split('.').at(-1)}.${goPath} of type ${goType}`,
  )
}

function convert(
  value: unknown,
  type: FieldType,
  path: string,
  goPath: string,
  owner: string,
  unknown: string[],
  fail: Fail,
): unknown {
  switch (type.shape) {
    case 'struct':
      return isObject(value)
        ? struct(value, type, path, goPath, unknown, fail)
        : mismatch(value, type.goType, goPath, owner, fail)
    case 'map': {
      if (!isObject(value)) return mismatch(value, type.goType, goPath, owner, fail)
      const out: Json = {}
      const element = type.element as FieldType
      for (const key of Object.keys(value).sort()) {
        const inner = value[key] ?? (element.shape === 'string' ? '' : null)
        if (inner !== null) out[key] = convert(inner, element, `${path}.${key}`, goPath, owner, unknown, fail)
      }
      return out
    }
    case 'list': {
      if (!Array.isArray(value)) return mismatch(value, type.goType, goPath, owner, fail)
      const element = type.element as FieldType
      return value.map((inner, index) =>
        inner === null ? zeroOf(element) : convert(inner, element, `${path}[${index}]`, goPath, owner, unknown, fail),
      )
    }
    case 'string':
      return typeof value === 'string'
        ? value
        : mismatch(value, type.goType.includes('.') ? type.goType : 'string', goPath, owner, fail)
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(value, type.goType, goPath, owner, fail)
    case 'integer':
      if (typeof value !== 'number') return mismatch(value, type.goType, goPath, owner, fail)
      return Number.isInteger(value)
        ? value
        : fail(
            `json: cannot unmarshal number ${value} into Go struct field ${owner.split('.').at(-1)}.${goPath} of type ${type.goType}`,
          )
    case 'number':
      return typeof value === 'number' ? value : mismatch(value, type.goType, goPath, owner, fail)
    case 'quantity': {
      if (typeof value === 'number') return canonical(String(value))
      if (typeof value !== 'string' || !quantityPattern.test(value)) {
        return fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      }
      return canonical(value)
    }
    case 'intOrString':
      return typeof value === 'string' || typeof value === 'number'
        ? value
        : mismatch(value, type.goType, goPath, owner, fail)
    case 'time':
      if (typeof value !== 'string') return mismatch(value, type.goType, goPath, owner, fail)
      return Number.isNaN(Date.parse(value))
        ? fail(
            `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
          )
        : value
    case 'any':
      return copyJson(value)
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}
