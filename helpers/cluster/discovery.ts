import { ApiError, errorOfAnswer, isNotFound } from './apiError.ts'
import type { CallOptions, ObjectRef } from './cluster.ts'
import type { Transport } from './transport.ts'

export interface Resource {
  /** Plural name in paths: `pods`. */
  name: string
  namespaced: boolean
  group: string
}

export interface Discovery {
  /** Path of the collection of a kind: `/api/v1/namespaces/n/pods`. */
  collection(
    of: { apiVersion: string; kind: string; namespace?: string | undefined },
    options?: CallOptions,
  ): Promise<string>
  /** Path of one object. */
  object(ref: ObjectRef, options?: CallOptions): Promise<string>
}

/** Where kinds live, as the server itself says; asked once for each group and version. */
export function createDiscovery(transport: Transport): Discovery {
  const known = new Map<string, Promise<Map<string, Resource>>>()

  async function resource(apiVersion: string, kind: string, options?: CallOptions): Promise<Resource> {
    const asked = known.get(apiVersion) ?? readGroup(transport, apiVersion, options)
    known.set(apiVersion, asked)
    let kinds
    try {
      kinds = await asked
    } catch (error) {
      known.delete(apiVersion)
      if (!isNotFound(error)) throw error
      throw unknownKind(transport.server, apiVersion, kind)
    }
    const found = kinds.get(kind)
    if (found) return found
    // A CustomResourceDefinition may have come since.
    known.delete(apiVersion)
    throw unknownKind(transport.server, apiVersion, kind)
  }

  async function collection(of: Parameters<Discovery['collection']>[0], options?: CallOptions): Promise<string> {
    const { name, namespaced } = await resource(of.apiVersion, of.kind, options)
    const root = groupPath(of.apiVersion)
    return namespaced && of.namespace
      ? `${root}/namespaces/${encodeURIComponent(of.namespace)}/${name}`
      : `${root}/${name}`
  }

  return {
    collection,
    async object(ref, options) {
      const { namespaced } = await resource(ref.apiVersion, ref.kind, options)
      if (namespaced && !ref.namespace) throw new TypeError(`${ref.kind} ${ref.name} lives in a namespace: which one?`)
      return `${await collection(ref, options)}/${encodeURIComponent(ref.name)}`
    },
  }
}

const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

async function readGroup(
  transport: Transport,
  apiVersion: string,
  options?: CallOptions,
): Promise<Map<string, Resource>> {
  const path = groupPath(apiVersion)
  const answer = await transport.call({ method: 'GET', path }, options)
  const list = answer.json as
    { kind?: string; resources?: { name: string; kind: string; namespaced: boolean }[] } | undefined
  if (list?.kind !== 'APIResourceList') {
    throw errorOfAnswer(transport.server, { method: 'GET', path }, answer)
  }
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const kinds = new Map<string, Resource>()
  for (const { name, kind, namespaced } of list.resources ?? []) {
    if (!name.includes('/')) kinds.set(kind, { name, namespaced, group })
  }
  return kinds
}

const unknownKind = (server: string, apiVersion: string, kind: string): ApiError =>
  new ApiError(`the cluster at ${server} has no kind ${kind} of ${apiVersion}`, {
    code: 404,
    reason: 'UnknownKind',
    request: { method: 'GET', path: groupPath(apiVersion) },
    status: {
      code: 404,
      reason: 'NotFound',
      message: `no matches for kind "${kind}" in version "${apiVersion}"`,
      causes: [],
    },
  })
