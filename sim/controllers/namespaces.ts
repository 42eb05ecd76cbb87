import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { collectionPath, KINDS, objectPath } from './kinds.ts'
import { createWorkQueue } from './workQueue.ts'
import { conditionsOf } from './objectViews.ts'

const NAMESPACES = '/api/v1/namespaces'
const PLACEHOLDER_CA =
  '-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVkIGNsdXN0ZXIsIHBsYWluIEhUVFA=\n-----END CERTIFICATE-----\n'

/** Gives each namespace its ServiceAccount and root CA; empties and finalizes one that is deleted (kube-controller-manager, namespace). */
export function startNamespaces(context: ControllerContext, options: { caCertificate?: string } = {}): Controller {
  const { client, informers } = context
  const kinds = KINDS.filter((kind) => kind.namespaced)
  const cache = () => informers.cache(NAMESPACES)
  const queue = createWorkQueue(context.clock, async (name) => {
    const namespace = cache().get(name)
    if (!namespace) return
    if (namespace.metadata.deletionTimestamp) return remove(context, namespace)
    await ensure(`${NAMESPACES}/${name}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: name },
    })
    await ensure(`${NAMESPACES}/${name}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace: name,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': options.caCertificate ?? PLACEHOLDER_CA },
    })
  })
  const ensure = async (path: string, object: KubeObject) => {
    try {
      await client.create(path, object)
    } catch (error) {
      if (!(error instanceof KubeApiError) || ![403, 404, 409].includes(error.code)) throw error
    }
  }
  const lookAt = (object: KubeObject) => {
    const { namespace } = object.metadata
    if (namespace && cache().get(namespace)?.metadata.deletionTimestamp) queue.add(namespace)
  }
  informers.listen(NAMESPACES, { upsert: (object) => queue.add(object.metadata.name) })
  for (const kind of kinds) informers.listen(collectionPath(kind), { remove: lookAt })
  // both are made again when somebody deletes them
  for (const plural of ['serviceaccounts', 'configmaps']) {
    informers.listen(`/api/v1/${plural}`, {
      remove: (object) => {
        if (['default', 'kube-root-ca.crt'].includes(object.metadata.name)) queue.add(object.metadata.namespace!)
      },
    })
  }
  return { stop: () => queue.stop() }
}

/** Deletes what is in the namespace, tells what remains, and lets it go when nothing does. */
async function remove(context: ControllerContext, namespace: KubeObject): Promise<void> {
  const { client } = context
  const { name } = namespace.metadata
  const remaining: { plural: string; group: string; objects: KubeObject[] }[] = []
  for (const kind of KINDS) {
    if (!kind.namespaced) continue
    const items = await list(context, collectionPath(kind, name))
    const fresh = items.filter((object) => !object.metadata.deletionTimestamp)
    await Promise.all(
      fresh.map((object) =>
        client
          .delete(objectPath(kind, { name: object.metadata.name, namespace: name }), {
            uid: object.metadata.uid!,
            propagationPolicy: 'Background',
          })
          .catch(() => {}),
      ),
    )
    const left = items.length ? await list(context, collectionPath(kind, name)) : []
    if (left.length)
      remaining.push({
        plural: kind.plural,
        group: kind.apiVersion.includes('/') ? kind.apiVersion.split('/')[0]! : '',
        objects: left,
      })
  }
  // events go last: what ended in the namespace has told of itself
  for (const event of remaining.length ? [] : await list(context, `${NAMESPACES}/${name}/events`))
    await client.delete(`${NAMESPACES}/${name}/events/${event.metadata.name}`).catch(() => {})
  if (!remaining.length) {
    await client.update(`${NAMESPACES}/${name}/finalize`, { ...namespace, spec: { finalizers: [] } }).catch(ignoreGone)
    return
  }
  const conditions = deletionConditions(context, namespace, remaining)
  await client
    .patch(
      `${NAMESPACES}/${name}/status`,
      { status: { phase: 'Terminating', conditions } },
      'application/merge-patch+json',
    )
    .catch(ignoreGone)
}

function deletionConditions(
  context: ControllerContext,
  namespace: KubeObject,
  remaining: { plural: string; group: string; objects: KubeObject[] }[],
): unknown[] {
  const before = conditionsOf(namespace)
  const finalizers = new Map<string, number>()
  for (const { objects } of remaining)
    for (const object of objects)
      for (const finalizer of object.metadata.finalizers ?? [])
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
  const resources = remaining
    .map(({ plural, group, objects }) => `${plural}.${group} has ${objects.length} resource instances`)
    .join(', ')
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).join(', ')
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    lastTransitionTime:
      before.find((one) => one.type === type && one.status === status)?.lastTransitionTime ??
      timestamp(context.clock.now()),
    reason,
    message,
  })
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition('NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${resources}`),
    held
      ? condition(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ]
}

async function list(context: ControllerContext, path: string): Promise<KubeObject[]> {
  try {
    return (await context.client.list(path)).items
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 404) return []
    throw error
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof KubeApiError) || error.code !== 404) throw error
}
