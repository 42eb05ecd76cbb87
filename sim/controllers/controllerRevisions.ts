import type { KubeObject } from '../kubeObject.ts'
import type { ControllerContext } from './controllerContext.ts'
import { controllerOf, controllerReference } from './kinds.ts'
import { workloadOf } from './objectViews.ts'
import { templateHash } from './templateHash.ts'

export const REVISIONS = '/apis/apps/v1/controllerrevisions'
export const REVISION_LABEL = 'controller-revision-hash'

/**
 * History of a DaemonSet: a ControllerRevision for every template that it had, the newest with the highest number; a template that comes back
 * gets a new number (daemon/update.go constructHistory).
 * @returns the hash of the current one
 */
export async function keepHistory({ client, informers }: ControllerContext, set: KubeObject): Promise<string> {
  const { namespace, name, labels } = set.metadata
  const { template } = workloadOf(set)
  const hash = templateHash(template)
  const own = [...informers.cache(REVISIONS).values()].filter(
    (revision) => controllerOf(revision)?.uid === set.metadata.uid,
  )
  const current = own.find((revision) => revision.metadata.labels?.[REVISION_LABEL] === hash)
  const highest = Math.max(0, ...own.filter((revision) => revision !== current).map(numberOf))
  const path = `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`
  if (!current) {
    const revision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        namespace: namespace!,
        labels: { ...labels, ...template.metadata?.labels, [REVISION_LABEL]: hash },
        ownerReferences: [controllerReference(set)],
      },
      data: { spec: { template: { $patch: 'replace', ...template } } },
      revision: highest + 1,
    }
    // made before, and not seen yet
    await client.create(path, revision as unknown as KubeObject).catch(() => undefined)
  } else if (numberOf(current) <= highest) {
    await client.patch(`${path}/${current.metadata.name}`, { revision: highest + 1 })
  }
  return hash
}

const numberOf = (revision: KubeObject): number => Number((revision as unknown as { revision: number }).revision)
