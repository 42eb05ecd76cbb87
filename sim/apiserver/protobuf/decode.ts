import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { badRequest } from '../apiError.ts'
import type { FieldType } from '../schema/fieldType.ts'

/*
 * Request bodies in application/vnd.kubernetes.protobuf, which kubectl sends for many built-in kinds. messages.json.br holds
 * number, name and type of every field, from the generated.proto files of k8s.io/api and k8s.io/apimachinery v0.34.4.
 */

type Json = Record<string, unknown>
type Field = readonly [name: string, type: string, repeat?: 'list' | 'map']

const magic = Buffer.from('k8s\0', 'latin1')
const unknownMessage = 'k8s.io.apimachinery.pkg.runtime.Unknown'
const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'
/** Pointers in Go: their zero is a value of its own. Every other zero is the same as not said. */
const pointers = new Set([
  'allowPrivilegeEscalation',
  'automountServiceAccountToken',
  'backoffLimit',
  'blockOwnerDeletion',
  'completions',
  'controller',
  'enableServiceLinks',
  'fsGroup',
  'gracePeriodSeconds',
  'hostUsers',
  'immutable',
  'optional',
  'orphanDependents',
  'parallelism',
  'privileged',
  'readOnlyRootFilesystem',
  'replicas',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'shareProcessNamespace',
  'suspend',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
])

let messages: Record<string, Record<string, Field>> | null = null

function fieldsOf(type: string): Record<string, Field> {
  messages ??= JSON.parse(
    brotliDecompressSync(readFileSync(new URL('messages.json.br', import.meta.url))).toString(),
  ) as Record<string, Record<string, Field>>
  const fields = messages[type]
  if (fields === undefined) throw badRequest(`protobuf message ${type} is not known`)
  return fields
}

/** @param schema tells what is inlined in JSON. @throws ApiError 400 for what is no Kubernetes protobuf. */
export function decodeProtobuf(body: Buffer, schema: FieldType | null): Json {
  if (!body.subarray(0, 4).equals(magic))
    throw badRequest('the body is not Kubernetes protobuf: it does not start with k8s')
  try {
    const { typeMeta, raw } = decodeMessage(body.subarray(4), unknownMessage, null, true) as {
      typeMeta: { apiVersion: string; kind: string }
      raw: string
    }
    const { apiVersion, kind } = typeMeta
    const [version, group] = apiVersion.split('/').reverse() as [string, string | undefined]
    const owner =
      kind === 'DeleteOptions'
        ? meta
        : `k8s.io.api.${group === undefined ? 'core' : (group.split('.')[0] as string)}.${version}`
    const object = decodeMessage(Buffer.from(raw, 'base64'), `${owner}.${kind}`, schema, false) as Json
    return { apiVersion, kind, ...object }
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`the protobuf body is cut short: ${error.message}`)
    throw error
  }
}

function decodeMessage(bytes: Buffer, type: string, schema: FieldType | null, zeros: boolean): unknown {
  const fields = fieldsOf(type)
  const out: Json = {}
  const reader = createReader(bytes)
  while (!reader.done()) {
    const tag = Number(reader.varint())
    const wire = tag & 7
    const field = fields[tag >>> 3]
    if (field === undefined) {
      reader.skip(wire)
      continue
    }
    const [name, fieldType, repeat] = field
    const inner = schema?.fields?.get(name) ?? null
    if (repeat === 'map') {
      const { key, value } = decodeEntry(reader.bytes(), fieldType, inner?.element ?? null)
      ;((out[name] ??= {}) as Json)[key] = value
      continue
    }
    const inlined = schema?.fields != null && inner === null && wire === 2 && fieldType.includes('.')
    const value = decodeValue(
      reader,
      wire,
      fieldType,
      inlined ? schema : repeat === 'list' ? (inner?.element ?? null) : inner,
    )
    if (repeat === 'list') ((out[name] ??= []) as unknown[]).push(value)
    else if (inlined) Object.assign(out, value)
    else if (zeros || pointers.has(name) || !isZero(value)) out[name] = value
  }
  return convert(type, out)
}

const isZero = (value: unknown) => value === '' || value === 0 || value === false || value === null

function decodeEntry(bytes: Buffer, valueType: string, schema: FieldType | null): { key: string; value: unknown } {
  const reader = createReader(bytes)
  let key = ''
  let value: unknown = valueType.includes('.') ? {} : ''
  while (!reader.done()) {
    const tag = Number(reader.varint())
    if (tag >>> 3 === 1) key = reader.bytes().toString()
    else value = decodeValue(reader, tag & 7, valueType, schema)
  }
  return { key, value }
}

function decodeValue(reader: Reader, wire: number, type: string, schema: FieldType | null): unknown {
  if (wire === 0) {
    const value = reader.varint()
    return type === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value))
  }
  if (wire === 1) return reader.fixed(8).readDoubleLE()
  if (wire === 5) return reader.fixed(4).readFloatLE()
  const bytes = reader.bytes()
  if (type === 'string') return bytes.toString()
  if (type === 'bytes') return bytes.toString('base64')
  return decodeMessage(bytes, type, schema, false)
}

/** Messages that are no objects in JSON. */
function convert(type: string, value: Json): unknown {
  switch (type) {
    case 'k8s.io.apimachinery.pkg.api.resource.Quantity':
      return value['string'] ?? '0'
    case 'k8s.io.apimachinery.pkg.util.intstr.IntOrString':
      return value['type'] === 1 ? (value['strVal'] ?? '') : (value['intVal'] ?? 0)
    case `${meta}.Time`:
    case `${meta}.MicroTime`: {
      const seconds = (value['seconds'] as number | undefined) ?? 0
      return seconds === 0
        ? null
        : `${new Date(seconds * 1000).toISOString().slice(0, 19)}${type.endsWith('MicroTime') ? '.000000' : ''}Z`
    }
    case `${meta}.FieldsV1`:
      return JSON.parse(Buffer.from((value['Raw'] as string | undefined) ?? 'e30=', 'base64').toString()) as unknown
    case 'k8s.io.apimachinery.pkg.runtime.RawExtension':
      return JSON.parse(Buffer.from((value['raw'] as string | undefined) ?? 'e30=', 'base64').toString()) as unknown
    default:
      return value
  }
}

interface Reader {
  done(): boolean
  varint(): bigint
  bytes(): Buffer
  fixed(length: number): Buffer
  skip(wire: number): void
}

function createReader(buffer: Buffer): Reader {
  let at = 0
  const take = (length: number) => {
    if (at + length > buffer.length) throw new RangeError(`${length} bytes wanted at ${at} of ${buffer.length}`)
    at += length
    return buffer.subarray(at - length, at)
  }
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1)[0] as number
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  return {
    done: () => at >= buffer.length,
    varint,
    bytes: () => take(Number(varint())),
    fixed: take,
    skip(wire) {
      if (wire === 0) varint()
      else if (wire === 1) take(8)
      else if (wire === 2) take(Number(varint()))
      else take(4)
    },
  }
}
