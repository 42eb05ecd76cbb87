import { ApiError, errorOfAnswer, isNotFound, isTaken } from './apiError.ts'
import type { CallOptions, Cluster, KubeObject } from './cluster.ts'
import type { Discovery } from './discovery.ts'
import type { Answer, Call, Transport } from './transport.ts'

/** Annotation of an object whose name others may ask for, too: which process asked for this one. */
export const MAKER = 'kata-conformance.dev/maker'

type ObjectCalls = Pick<Cluster, 'get' | 'find' | 'list' | 'listAs' | 'create' | 'patch' | 'delete'>

/** Objects a page; the API server's own default of kubectl. */
const pageSize = 500

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

/**
 * Objects as raw JSON: nothing dropped, nothing converted, so that strict validation proves something.
 *
 * @param runLabel a create is repeated after a lost answer only for objects with this label: a 409 AlreadyExists then is
 *   our own first try when the object that is there carries the same value (names are unique within a run), and was made by whom
 *   the annotation says, where there is one: another run may have the same id.
 */
export function objectCalls(transport: Transport, discovery: Discovery, runLabel: string): ObjectCalls {
  const call = async (request: Call, options?: CallOptions): Promise<Answer & { object: KubeObject }> => {
    const answer = await transport.call(request, options)
    return { ...answer, object: kubeObjectOf(transport.server, request, answer) }
  }

  const get: ObjectCalls['get'] = async (ref, options) =>
    (await call({ method: 'GET', path: await discovery.object(ref, options) }, options)).object

  const find: ObjectCalls['find'] = (ref, options) =>
    get(ref, options).catch((error: unknown) => {
      if (isNotFound(error)) return null
      throw error
    })

  const listAs: ObjectCalls['listAs'] = async (of, keep, options) => {
    const path = await discovery.collection(of, options)
    const query = { labelSelector: of.labelSelector, fieldSelector: of.fieldSelector }
    for (let restarts = 0; ; restarts++) {
      try {
        return (await listPages(transport, { path, query }, keep, options)).items
      } catch (error) {
        // 410: the continue token outlived etcd's history between two pages.
        if (!(error instanceof ApiError && error.code === 410) || restarts === 3) throw error
      }
    }
  }

  const list: ObjectCalls['list'] = (of, options) => listAs(of, whole, options)

  async function create(object: KubeObject, options: Parameters<ObjectCalls['create']>[1] = {}): Promise<KubeObject> {
    const { name, namespace, labels, annotations } = object.metadata
    const path = await discovery.collection({ apiVersion: object.apiVersion, kind: object.kind, namespace }, options)
    const run = labels?.[runLabel]
    const query = {
      fieldValidation: 'Strict',
      fieldManager: 'kata-conformance',
      dryRun: options.dryRun ? 'All' : undefined,
    }
    const again = options.dryRun || (run !== undefined && name !== undefined)
    let repeated = false
    const onRepeat = (): void => void (repeated = true)
    try {
      const repeatable = again ? 'always' : 'when-not-done'
      return (await call({ method: 'POST', path, query, body: object, repeatable, onRepeat }, options)).object
    } catch (error) {
      if (!isTaken(error) || !repeated || run === undefined || name === undefined) throw error
      const there = await findInList(list)(
        { apiVersion: object.apiVersion, kind: object.kind, namespace, name },
        options,
      )
      if (there?.metadata.labels?.[runLabel] !== run) throw error
      if (there.metadata.annotations?.[MAKER] !== annotations?.[MAKER]) throw error
      return there
    }
  }

  return {
    get,
    find,
    list,
    listAs,
    create,
    async patch(ref, patch, options = {}) {
      const type = options.type ?? 'merge'
      // A merge patch sets values: twice is once (RFC 7386). The others may add to lists.
      const repeatable = type === 'merge' ? 'always' : 'when-not-done'
      const object = await discovery.object(ref, options)
      const path = options.subresource === undefined ? object : `${object}/${options.subresource}`
      const query = { fieldManager: 'kata-conformance' }
      return (
        await call({ method: 'PATCH', path, query, body: patch, contentType: patchTypes[type], repeatable }, options)
      ).object
    },
    async delete(ref, options = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
        ...(ref.uid === undefined ? {} : { preconditions: { uid: ref.uid } }),
      }
      const path = await discovery.object(ref, options)
      let repeated = false
      const onRepeat = (): void => void (repeated = true)
      try {
        const repeatable = ref.uid ? 'always' : 'when-not-done'
        await transport.call({ method: 'DELETE', path, body, repeatable, onRepeat }, options)
        return true
      } catch (error) {
        if (isNotFound(error)) return repeated
        if (ref.uid === undefined || !(error instanceof ApiError) || error.code !== 409) throw error
        // On a UID precondition: another object has the name by now, the one that was meant is gone. Or it is on its way: a namespace that
        // ends already may answer so, too.
        const there = await findInList(list)(ref, options)
        if (there?.metadata.uid !== ref.uid) return repeated
        if (there.metadata.deletionTimestamp === undefined) throw error
        return true
      }
    },
  }
}

/**
 * One object by a list of its name, null when it is not there: needs the right to list only. The API server reads one key for it
 * (ListPredicate of k8s.io/apiserver, registry/generic/registry/store.go: a selector that matches a single name).
 */
export const findInList =
  (list: Cluster['list']): Cluster['find'] =>
  async ({ apiVersion, kind, namespace, name }, options) => {
    const of = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) }
    return (await list({ ...of, fieldSelector: `metadata.name=${name}` }, options))[0] ?? null
  }

export const whole = (object: KubeObject): KubeObject => object

/** All pages of a collection, with the resourceVersion from which a watch may go on. */
export async function listPages<Kept>(
  transport: Transport,
  of: { path: string; query?: Call['query'] },
  keep: (object: KubeObject) => Kept,
  options?: CallOptions,
): Promise<{ items: Kept[]; resourceVersion: string }> {
  const items: Kept[] = []
  let next: string | undefined
  for (;;) {
    const request: Call = { method: 'GET', path: of.path, query: { ...of.query, limit: pageSize, continue: next } }
    const answer = await transport.call(request, options)
    const page = kubeObjectOf(transport.server, request, answer)
    const kind = page.kind.replace(/List$/, '')
    for (const item of page['items'] as KubeObject[]) {
      // Items of a list carry neither kind nor apiVersion.
      items.push(keep(Object.assign({ apiVersion: page.apiVersion, kind }, item)))
    }
    next = page.metadata['continue'] as string | undefined
    if (!next) return { items, resourceVersion: page.metadata.resourceVersion ?? '' }
  }
}

function kubeObjectOf(server: string, request: Call, answer: Answer): KubeObject {
  const object = answer.json as Partial<KubeObject> | undefined
  if (object && typeof object.kind === 'string') return { ...object, metadata: object.metadata ?? {} } as KubeObject
  throw errorOfAnswer(server, request, answer)
}
