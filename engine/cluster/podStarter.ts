import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { withObjectNames } from '../../helpers/objects/inManifest.ts'
import { startPod } from '../../helpers/pods/podStart.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { imagesOf } from '../../helpers/pods/podImages.ts'
import { PodLost } from '../../helpers/pods/podLost.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import type { PodStarter } from '../schedule/podPool.ts'
import { type ArmObjects, namespaceOf, podLabels } from './armObjects.ts'
import { BEHAVIOUR_LABEL, runLabels } from './labels.ts'
import type { Ledger } from './ledger.ts'
import type { RunNamespaces } from './namespaces.ts'
import { createUnpulledImages } from './unpulledImages.ts'

const REMOVAL_MS = 120_000

/** Starts the pods of arms on the cluster and keeps the ledger. */
export function createPodStarter(deps: {
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly namespaces: RunNamespaces
  readonly runId: string
  readonly images: ImageResolver
  readonly objects: ArmObjects
}): PodStarter {
  const { cluster, ledger, namespaces, runId, images, objects } = deps
  const names = createNames()
  const unpulled = createUnpulledImages()
  return {
    async start({ spec, arm, name, shared }, node, signal): Promise<PodHandle> {
      const hasObjects = Object.keys(arm.objects).length > 0
      const namespace = hasObjects ? namespaceOf(arm, namespaces) : ownNamespace(spec, namespaces)
      const wanted = imagesOf(spec.manifest).map((image) => images.resolve(image))
      unpulled.check(wanted, node)
      if (hasObjects) await objects.create(arm)
      const starting = startPod(cluster, {
        spec: { ...spec, manifest: withObjectNames(spec.manifest, objects.namesOf(arm)) },
        name: names.next(shared ? 'shared' : arm.planned.behaviour, name),
        namespace,
        labels: {
          ...runLabels(runId),
          ...(shared ? {} : { [BEHAVIOUR_LABEL]: arm.planned.behaviour }),
          ...(hasObjects ? podLabels(arm, name) : {}),
        },
        node: node === '' ? undefined : node,
        images,
        signal,
        onCreated: (object) => ledger.created(object),
      })
      return starting.catch((error: unknown) => {
        unpulled.learn(error, node)
        throw error
      })
    },
    async remove(pod) {
      if (pod.uid === '') return
      try {
        await pod.delete({ timeoutMs: REMOVAL_MS })
      } catch (error) {
        // Gone is gone, whoever did it.
        if (!(error instanceof PodLost)) throw error
      }
      ledger.deleted(pod.uid)
    },
  }
}

function ownNamespace({ privileged, namespace: chosen }: PodSpec, namespaces: RunNamespaces): string {
  if (chosen !== undefined) return chosen
  const namespace = privileged ? namespaces.privileged : namespaces.baseline
  if (namespace === null) throw new Error('the suite has no namespace of Pod Security level privileged')
  return namespace
}

/** kata-mem-005-limited-12: unique in the run, a valid DNS label. */
function createNames() {
  let count = 0
  return {
    next(...parts: string[]): string {
      count += 1
      const stem = parts
        .join('-')
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-')
      return `${stem.slice(0, 50).replace(/-+$/, '')}-${count}`
    },
  }
}
