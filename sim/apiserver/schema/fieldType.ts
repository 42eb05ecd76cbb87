import { componentSchemas } from './openApiDocuments.ts'
import type { Schema } from './openApiDocuments.ts'

/*
 * The OpenAPI schemas as a tree of field types, built as far as objects reach into it. It drives decoding (types, unknown
 * fields), strategic merge patches, managedFields and server-side apply.
 */

export type Shape =
  'struct' | 'map' | 'list' | 'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'intOrString' | 'time' | 'any'

export interface FieldType {
  shape: Shape
  /** Go's name in error messages: v1.Container, []v1.Container, map[string]string, int32. */
  goType: string
  /** Of a struct. */
  fields: ReadonlyMap<string, FieldType> | null
  /** Of a list or map. */
  element: FieldType | null
  listType: 'atomic' | 'set' | 'map'
  mapKeys: readonly string[]
  atomic: boolean
  patchMergeKey: string | null
  patchStrategy: readonly string[]
  /** The zero value that Go writes though nobody set the field (no omitempty); undefined: left out. */
  zero: unknown
  required: boolean
}

const refPrefix = '#/components/schemas/'
const structFields = new Map<string, Map<string, FieldType>>()

/** The type of a kind; null when no schema is known for it (then everything is accepted as it is). */
export function typeOfKind(group: string, version: string, kind: string): FieldType | null {
  const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
  const components = componentSchemas(path)
  for (const [name, schema] of Object.entries(components)) {
    const kinds = schema['x-kubernetes-group-version-kind'] as
      { group: string; version: string; kind: string }[] | undefined
    if (kinds?.length === 1 && kinds[0]?.kind === kind && kinds[0].group === group)
      return ofReference(name, components, {})
  }
  return null
}

function ofSchema(schema: Schema, components: Record<string, Schema>): FieldType {
  const reference = (schema['$ref'] ?? (schema['allOf'] as Schema[] | undefined)?.[0]?.['$ref']) as string | undefined
  if (reference !== undefined) return ofReference(reference.slice(refPrefix.length), components, schema)
  if (schema['type'] === 'array') {
    const element = ofSchema(schema['items'] as Schema, components)
    return listType(schema, element)
  }
  if (schema['type'] === 'object' && schema['additionalProperties'] !== undefined) {
    const element = ofSchema(schema['additionalProperties'] as Schema, components)
    return make(schema, 'map', `map[string]${element.goType}`, { element })
  }
  if (schema['type'] === 'integer') return make(schema, 'integer', (schema['format'] as string | undefined) ?? 'int64')
  if (schema['type'] === 'number') return make(schema, 'number', 'float64')
  if (schema['type'] === 'boolean') return make(schema, 'boolean', 'bool')
  if (schema['type'] === 'string') return make(schema, 'string', schema['format'] === 'byte' ? '[]uint8' : 'string')
  return make(schema, 'any', 'interface {}')
}

function listType(schema: Schema, element: FieldType): FieldType {
  const declared = (schema['x-kubernetes-list-type'] as 'atomic' | 'set' | 'map' | undefined) ?? 'atomic'
  const keys = (schema['x-kubernetes-list-map-keys'] as string[] | undefined) ?? []
  return make(schema, 'list', `[]${element.goType}`, { element, listType: declared, mapKeys: keys })
}

const special: Record<string, Shape> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
}

function ofReference(name: string, components: Record<string, Schema>, property: Schema): FieldType {
  const goType = name.split('.').slice(-2).join('.')
  const shape = special[name]
  if (shape !== undefined) return make(property, shape, goType)
  const schema = components[name] ?? {}
  if (schema['properties'] === undefined) {
    return schema['type'] === 'string' ? make(property, 'string', goType) : make(property, 'any', goType)
  }
  const atomic = (property['x-kubernetes-map-type'] ?? schema['x-kubernetes-map-type']) === 'atomic'
  const type = make({ ...property, 'x-kubernetes-map-type': atomic ? 'atomic' : undefined }, 'struct', goType)
  Object.defineProperty(type, 'fields', { enumerable: true, get: () => fieldsOf(name, schema, components) })
  return type
}

function fieldsOf(name: string, schema: Schema, components: Record<string, Schema>): Map<string, FieldType> {
  let fields = structFields.get(name)
  if (fields === undefined) {
    fields = new Map()
    structFields.set(name, fields)
    const required = new Set((schema['required'] as string[] | undefined) ?? [])
    for (const [field, property] of Object.entries(schema['properties'] as Record<string, Schema>)) {
      const type = ofSchema(property, components)
      type.required = required.has(field)
      fields.set(field, type)
    }
  }
  return fields
}

function make(schema: Schema, shape: Shape, goType: string, more: Partial<FieldType> = {}): FieldType {
  return {
    shape,
    goType,
    fields: null,
    element: null,
    listType: 'atomic',
    mapKeys: [],
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    patchMergeKey: (schema['x-kubernetes-patch-merge-key'] as string | undefined) ?? null,
    patchStrategy: ((schema['x-kubernetes-patch-strategy'] as string | undefined) ?? '')
      .split(',')
      .filter((one) => one !== ''),
    zero: schema['default'],
    required: false,
    ...more,
  }
}
