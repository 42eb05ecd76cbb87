import type { KubeObject } from '../../kubeObject.ts'
import { ApiError, badRequest } from '../apiError.ts'
import { typeFor } from '../context.ts'
import type { User } from '../context.ts'
import { defaultings } from '../defaults/kinds.ts'
import { copyJson } from '../json.ts'
import { groupVersionOf } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { decode } from '../schema/decode.ts'
import { toCore } from '../views.ts'

export interface WriteOptions {
  user: User
  dryRun: boolean
  /** metadata.managedFields names it. */
  fieldManager: string
  fieldValidation: 'Strict' | 'Warn' | 'Ignore'
}

/** Texts of Warning headers, in order, each once. */
export type Warnings = string[]

/** What is written to: a kind and a place in it. */
export interface Target {
  kind: Kind
  namespace: string
  name: string
  subresource: string
}

/**
 * The request's object as the kind has it: types checked, unknown fields dealt with, defaults filled in. An own copy.
 * @throws ApiError 400 for another kind, a wrong type, or (Strict) unknown fields.
 */
export function decodeObject(
  kind: Kind,
  value: unknown,
  options: Pick<WriteOptions, 'fieldValidation'>,
  warnings: Warnings,
): KubeObject {
  const object = toCore(kind, decodeOnly(kind, value, options, warnings))
  defaultings[kind.plural]?.(object)
  return object
}

/** Without defaults: what server-side apply takes as the applied configuration. */
export function decodeOnly(
  kind: Kind,
  value: unknown,
  options: Pick<WriteOptions, 'fieldValidation'>,
  warnings: Warnings,
): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error`,
    )
  }
  const given = value as KubeObject
  const version = groupVersionOf(kind)
  if (given.kind !== undefined && given.kind !== kind.kind) {
    throw badRequest(
      `${given.kind} in version ${JSON.stringify(givenVersion(given))} cannot be handled as a ${kind.kind}: converting (${goName(given)}) to (${internalName(kind)}): unknown conversion`,
    )
  }
  if (given.apiVersion !== undefined && given.apiVersion !== version) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${version})`,
    )
  }
  const type = typeFor(kind)
  if (type === null) {
    const object = copyJson(given)
    object.metadata ??= {} as KubeObject['metadata']
    return Object.assign(object, { apiVersion: version, kind: kind.kind })
  }
  const { object, unknown } = decode(given, type, kind.kind, kind.version)
  if (unknown.length > 0 && options.fieldValidation !== 'Ignore') {
    const texts = unknown.map((path) => `unknown field "${path}"`)
    if (options.fieldValidation === 'Strict') {
      throw badRequest(
        `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${texts.join(', ')}`,
      )
    }
    for (const text of texts) if (!warnings.includes(text)) warnings.push(text)
  }
  object['kind'] = kind.kind
  object['apiVersion'] = version
  object['metadata'] ??= {}
  return object as unknown as KubeObject
}

const givenVersion = (object: KubeObject) => (object.apiVersion ?? '').split('/').at(-1)
const goName = (object: KubeObject) => `${givenVersion(object)}.${object.kind}`
const internalName = (kind: Kind) => `${kind.group === '' ? 'core' : (kind.group.split('.')[0] as string)}.${kind.kind}`

/** Text that is no JSON: Go's words for the first wrong character. */
export function parseBody(text: string, kind: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${goSyntaxError(text)} (${Buffer.from(text).subarray(0, 1024).toString('hex')})`,
    )
  }
}

const literals = ['true', 'false', 'null']

/** encoding/json's message for the first character that cannot be. */
export function goSyntaxError(text: string): string {
  const body = text.trimStart()
  if (body === '') return 'unexpected end of JSON input'
  const literal = literals.find((one) => body[0] === one[0])
  if (literal !== undefined) {
    for (let i = 1; i < literal.length; i++) {
      if (body[i] === undefined) return 'unexpected end of JSON input'
      if (body[i] !== literal[i])
        return `invalid character '${body[i]}' in literal ${literal} (expecting '${literal[i]}')`
    }
    return `invalid character '${body[literal.length]}' after top-level value`
  }
  if (body[0] === '{' || body[0] === '[' || body[0] === '"') return 'unexpected end of JSON input'
  return `invalid character '${body[0]}' looking for beginning of value`
}

export const unsupportedMedia = () => new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
