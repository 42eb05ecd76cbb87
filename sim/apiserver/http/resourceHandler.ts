import type { IncomingMessage, ServerResponse } from 'node:http'
import { YAML11_SCHEMA, load } from 'js-yaml'
import { badRequest, methodNotAllowed, noSuchResource } from '../apiError.ts'
import { typeFor } from '../context.ts'
import type { Context, User } from '../context.ts'
import { proxyToKubelet } from '../kubeletProxy/subresources.ts'
import * as operations from '../operations.ts'
import type { Outcome } from '../operations.ts'
import { decodeProtobuf } from '../protobuf/decode.ts'
import { list } from '../query/list.ts'
import type { ListOptions } from '../query/list.ts'
import { typeOfKind } from '../schema/fieldType.ts'
import type { FieldType } from '../schema/fieldType.ts'
import type { DeleteOptions } from '../write/delete.ts'
import { parseBody, unsupportedMedia } from '../write/request.ts'
import type { Warnings, WriteOptions } from '../write/request.ts'
import { type Audit, recordAudit } from './audit.ts'
import { authorizeResource } from './authorize.ts'
import { negotiate } from './negotiate.ts'
import { inMedia, represent, representList } from './represent.ts'
import type { Representation } from './represent.ts'
import type { ResourcePath } from './requestPath.ts'
import { streamWatch } from './watchStream.ts'

const proxied = new Set(['exec', 'attach', 'portforward', 'log', 'proxy'])
const protobufType = 'application/vnd.kubernetes.protobuf'
const noBody = Buffer.alloc(0)
const maxBodyBytes = 3 * 1024 * 1024

export interface HttpRequest {
  request: IncomingMessage
  response: ServerResponse
  query: URLSearchParams
  user: User
  audit: Audit
}

export const isTrue = (text: string | null): boolean => text !== null && text !== 'false' && text !== '0'

export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  if (method === 'GET' || method === 'HEAD') {
    if (isTrue(query.get('watch'))) return 'watch'
    return path.name === '' ? 'list' : 'get'
  }
  if (method === 'DELETE') return path.name === '' ? 'deletecollection' : 'delete'
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' }
  const verb = verbs[method]
  if (verb === undefined) throw methodNotAllowed()
  return verb
}

/** Answers one request to the resource API. @throws ApiError */
export async function handleResource(context: Context, target: ResourcePath, http: HttpRequest): Promise<void> {
  const { request, response, query, user, audit } = http
  const verb = verbOf(request.method ?? 'GET', target, query)
  audit.verb = verb
  authorizeResource(context, user, verb, target)
  audit.allowed = true
  if (target.kind.extension && context.admission.kyverno === undefined) throw noSuchResource()
  if (proxied.has(target.subresource)) return proxyToKubelet(context, target, http)
  const allowed =
    target.subresource === ''
      ? target.kind.verbs
      : (target.kind.subresources.find(({ name }) => name === target.subresource)?.verbs ?? [])
  if (!allowed.includes(verb)) throw methodNotAllowed()
  const format = negotiate(request.headers.accept)
  const includeObject = (query.get('includeObject') ?? 'Metadata') as Representation['includeObject']
  const representation: Representation = { kind: target.kind, format, includeObject }
  if (verb === 'watch') {
    recordAudit(context, request, audit, 'ResponseStarted', 200)
    return streamWatch(context, target, http, representation)
  }
  if (verb === 'list') {
    if (target.kind.virtual)
      return send(
        response,
        200,
        `{"kind":"${target.kind.kind}List","apiVersion":"v1","metadata":{},"items":[]}\n`,
        format.contentType,
      )
    return send(
      response,
      200,
      representList(context, list(context, target.kind, target.namespace, listOptions(query)), representation),
      format.contentType,
    )
  }
  const warnings: Warnings = []
  const body = verb === 'get' ? noBody : await readBody(request)
  const outcome = perform(context, target, verb, body, http, warnings, representation)
  const text = typeof outcome === 'string' ? outcome : textOf(context, outcome, representation)
  const code = typeof outcome === 'string' ? 200 : outcome.code
  if (context.auditLevel === 'RequestResponse' && verb !== 'get' && text.startsWith('{')) audit.answered = text
  if (warnings.length > 0)
    response.setHeader(
      'Warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    )
  send(response, code, text, format.contentType)
}

function perform(
  context: Context,
  target: ResourcePath,
  verb: string,
  bytes: Buffer,
  { request, query, user }: HttpRequest,
  warnings: Warnings,
  representation: Representation,
): Outcome | string {
  const contentType = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
  const write = writeOptions(query, user, request.headers['user-agent'])
  const isProtobuf = contentType === protobufType
  const text = isProtobuf && bytes.length > 0 ? '' : bytes.toString()
  const body = () => (isProtobuf ? decodeProtobuf(bytes, schemaOf(target)) : parse(text, contentType, target))
  const given = isProtobuf && bytes.length > 0 ? JSON.stringify(decodeProtobuf(bytes, null)) : text
  switch (verb) {
    case 'get':
      return operations.get(context, target)
    case 'create':
      return operations.post(context, target, body(), write, warnings)
    case 'update':
      return operations.put(context, target, body(), write, warnings)
    case 'patch': {
      const fieldManager =
        contentType === 'application/apply-patch+yaml' ? (query.get('fieldManager') ?? '') : write.fieldManager
      const options = { ...write, fieldManager, contentType, force: isTrue(query.get('force')) }
      return operations.patchObject(context, target, patchBody(text, contentType), options, warnings)
    }
    case 'delete':
      return operations.deleteObject(
        context,
        target,
        deleteOptions(query, given, contentType),
        deleteWrite(write, given),
      )
    default: {
      const listed = list(context, target.kind, target.namespace, listOptions(query))
      operations.deleteListed(
        context,
        target.kind,
        listed.revisions,
        deleteOptions(query, given, contentType),
        deleteWrite(write, given),
      )
      return representList(context, { ...listed, version: context.store.version }, representation)
    }
  }
}

function textOf(context: Context, outcome: Outcome, representation: Representation): string {
  return 'revision' in outcome
    ? `${represent(context, outcome.revision, representation)}\n`
    : inMedia(`${JSON.stringify(outcome.body)}\n`, representation.format)
}

export function send(response: ServerResponse, code: number, text: string, contentType: string): void {
  const bytes = Buffer.from(text)
  response.writeHead(code, { 'Content-Type': contentType, 'Content-Length': bytes.length })
  response.end(bytes)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw badRequest(`the request body is larger than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parse(text: string, contentType: string, { kind }: ResourcePath): unknown {
  if (contentType === 'application/json') return parseBody(text, kind.kind)
  if (contentType === 'application/yaml') return load(text, { schema: YAML11_SCHEMA })
  throw unsupportedMedia()
}

/** The schema of what a request carries: of the sub-resource's own kind where it has one. */
function schemaOf({ kind, subresource }: ResourcePath): FieldType | null {
  const other = kind.subresources.find(({ name }) => name === subresource)?.kind
  return other === undefined ? typeFor(kind) : typeOfKind(other.group, other.version, other.kind)
}

function patchBody(text: string, contentType: string): unknown {
  if (contentType === 'application/apply-patch+yaml') return load(text, { schema: YAML11_SCHEMA })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`)
  }
}

/** The first part of a User-Agent names the manager, as in kubectl/v1.34 (…). */
function writeOptions(query: URLSearchParams, user: User, userAgent: string | undefined): WriteOptions {
  return {
    user,
    dryRun: dryRunOf(query.getAll('dryRun')),
    fieldManager: query.get('fieldManager') || (userAgent ?? 'unknown').split('/')[0] || 'unknown',
    fieldValidation: (query.get('fieldValidation') as WriteOptions['fieldValidation'] | null) ?? 'Warn',
  }
}

function dryRunOf(values: readonly string[]): boolean {
  for (const value of values)
    if (value !== 'All') throw badRequest(`invalid value for dryRun: ${JSON.stringify(value)}: supported values: "All"`)
  return values.length > 0
}

function deleteOptions(query: URLSearchParams, text: string, contentType: string): DeleteOptions {
  const options: DeleteOptions =
    text === '' ? {} : ((contentType === 'application/yaml' ? load(text) : JSON.parse(text)) as DeleteOptions)
  const grace = query.get('gracePeriodSeconds')
  if (grace !== null) options.gracePeriodSeconds = Number(grace)
  const policy = query.get('propagationPolicy')
  if (policy !== null) options.propagationPolicy = policy
  if (
    options.propagationPolicy !== undefined &&
    !['Foreground', 'Background', 'Orphan'].includes(options.propagationPolicy)
  ) {
    throw badRequest(
      `invalid propagationPolicy ${JSON.stringify(options.propagationPolicy)}: supported values: "Foreground", "Background", "Orphan"`,
    )
  }
  return options
}

function deleteWrite(write: WriteOptions, text: string): WriteOptions {
  return text.includes('"dryRun"')
    ? { ...write, dryRun: ((JSON.parse(text) as { dryRun?: string[] }).dryRun ?? []).includes('All') }
    : write
}

function listOptions(query: URLSearchParams): ListOptions {
  const limit = query.get('limit')
  return {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    limit: limit === null ? 0 : Number(limit),
    continueToken: query.get('continue'),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch'),
  }
}
