import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { collectionPath, kindOf, KINDS, objectPath, ownersOf, type KindPath, type OwnerReference } from './kinds.ts'
import { createWorkQueue } from './workQueue.ts'

interface Node {
  kind: KindPath
  object: KubeObject
}

const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

/** Deletes what has lost its last owner; serves foreground and orphan deletion (kube-controller-manager, garbagecollector). */
export function startGarbageCollector(context: ControllerContext): Controller {
  const { client, informers } = context
  const nodes = new Map<string, Node>()
  const dependents = new Map<string, Set<string>>()

  const queue = createWorkQueue(context.clock, async (uid) => {
    const node = nodes.get(uid)
    if (!node) return
    if (node.object.metadata.deletionTimestamp) return finishDeletion(node)
    if (await orphaned(node)) await remove(node, 'Background')
  })
  const remove = (node: Node, propagationPolicy: string) =>
    client.delete(pathOf(node), { uid: node.object.metadata.uid!, propagationPolicy }).catch((error: unknown) => {
      if (!(error instanceof KubeApiError) || ![404, 409].includes(error.code)) throw error
    })

  /** All owners are gone. One that is not in the graph is asked for: its kind may not be watched, or its event may be on its way. */
  const orphaned = async (node: Node): Promise<boolean> => {
    const owners = ownersOf(node.object)
    if (!owners.length) return false
    for (const owner of owners) if (await ownerLives(owner, node.object.metadata.namespace)) return false
    return true
  }
  const ownerLives = async (owner: OwnerReference, namespace: string | undefined): Promise<boolean> => {
    const known = nodes.get(owner.uid)
    if (known) return true
    const kind = kindOf(owner.apiVersion, owner.kind)
    if (!kind) return true
    try {
      return (await client.get(objectPath(kind, { name: owner.name, namespace }))).metadata.uid === owner.uid
    } catch (error) {
      if (error instanceof KubeApiError && error.code === 404) return false
      throw error
    }
  }

  const finishDeletion = async (node: Node): Promise<void> => {
    const { metadata } = node.object
    const own = [...(dependents.get(metadata.uid!) ?? [])].flatMap((uid) => nodes.get(uid) ?? [])
    if (metadata.finalizers?.includes(ORPHAN)) {
      for (const dependent of own) {
        const ownerReferences = ownersOf(dependent.object).filter((owner) => owner.uid !== metadata.uid)
        await client.patch(
          pathOf(dependent),
          { metadata: { ownerReferences: ownerReferences.length ? ownerReferences : null } },
          'application/merge-patch+json',
        )
      }
      return dropFinalizer(node, ORPHAN)
    }
    if (!metadata.finalizers?.includes(FOREGROUND)) return
    for (const dependent of own) if (!dependent.object.metadata.deletionTimestamp) await remove(dependent, 'Foreground')
    const blocking = own.filter((dependent) =>
      ownersOf(dependent.object).some((owner) => owner.uid === metadata.uid && owner.blockOwnerDeletion),
    )
    if (!blocking.length) await dropFinalizer(node, FOREGROUND)
  }
  const dropFinalizer = async (node: Node, name: string): Promise<void> => {
    const finalizers = node.object.metadata.finalizers!.filter((finalizer) => finalizer !== name)
    await client
      .patch(
        pathOf(node),
        { metadata: { finalizers: finalizers.length ? finalizers : null } },
        'application/merge-patch+json',
      )
      .catch((error: unknown) => {
        if (!(error instanceof KubeApiError) || error.code !== 404) throw error
      })
  }

  const unlink = (uid: string, object: KubeObject | undefined) => {
    for (const owner of object ? ownersOf(object) : []) {
      dependents.get(owner.uid)?.delete(uid)
      if (!dependents.get(owner.uid)?.size) dependents.delete(owner.uid)
    }
  }
  const upsert = (kind: KindPath, object: KubeObject, previous: KubeObject | undefined) => {
    const uid = object.metadata.uid!
    unlink(uid, previous)
    nodes.set(uid, { kind, object })
    const owners = ownersOf(object)
    for (const owner of owners) dependents.set(owner.uid, (dependents.get(owner.uid) ?? new Set()).add(uid))
    const held =
      object.metadata.deletionTimestamp &&
      object.metadata.finalizers?.some((finalizer) => finalizer === FOREGROUND || finalizer === ORPHAN)
    if (held || owners.some((owner) => !nodes.has(owner.uid))) queue.add(uid)
  }
  const drop = (object: KubeObject) => {
    const uid = object.metadata.uid!
    nodes.delete(uid)
    unlink(uid, object)
    for (const dependent of dependents.get(uid) ?? []) queue.add(dependent)
    for (const owner of ownersOf(object))
      if (nodes.get(owner.uid)?.object.metadata.deletionTimestamp) queue.add(owner.uid)
  }
  for (const kind of KINDS)
    informers.listen(collectionPath(kind), {
      upsert: (object, previous) => upsert(kind, object, previous),
      remove: drop,
    })
  return { stop: () => queue.stop() }
}

function pathOf(node: Node): string {
  return objectPath(node.kind, { name: node.object.metadata.name, namespace: node.object.metadata.namespace })
}
