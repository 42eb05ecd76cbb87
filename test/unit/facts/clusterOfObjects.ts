import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

/** A cluster that answers from objects. Kinds in `forbidden` answer 403, as RBAC does. */
export function clusterOfObjects(
  objects: readonly KubeObject[],
  forbidden: readonly string[] = [],
  mayCreate = true,
): Cluster {
  const refuse = (kind: string): never => {
    throw Object.assign(new Error(`listing ${kind} is forbidden`), { code: 403 })
  }
  const list: Cluster['list'] = async ({ kind, namespace }) =>
    forbidden.includes(kind)
      ? refuse(kind)
      : objects.filter(
          (each) => each.kind === kind && (namespace === undefined || each.metadata.namespace === namespace),
        )
  const answers: Partial<Cluster> = {
    version: () => Promise.resolve({ gitVersion: 'v1.34.4' }),
    may: () => Promise.resolve(mayCreate),
    list,
    listAs: async (of, keep) => (await list(of)).map(keep),
    create: async (object, options) => {
      if (!options?.dryRun) throw new Error('facts must not create anything')
      return forbidden.includes('Namespace') ? refuse('Namespace') : object
    },
  }
  return answers as Cluster
}
