import type { ReadApi } from '../behaviour.ts'
import { namespaceLabels } from './clusterLabels.ts'
import { kataDeploy } from './kataDeploy.ts'

const enforce = 'pod-security.kubernetes.io/enforce'

export interface KataNamespace {
  readonly name: string
  /** Its label `enforce`; null: the cluster's own level holds. */
  readonly level: string | null
  /** All its labels of Pod Security, as `enforce=privileged`. */
  readonly labels: readonly string[]
}

/** The namespaces that kata-deploy runs in. Throws FactUnknownError where it is not known. */
export async function kataNamespaces(api: ReadApi): Promise<readonly KataNamespace[]> {
  const { daemonSets, jobs } = await kataDeploy(api)
  const names = [...new Set([...daemonSets, ...jobs].map(({ namespace }) => namespace))]
  return Promise.all(
    names.map(async (name) => {
      const all = await namespaceLabels(api, name)
      const labels = Object.entries(all).flatMap(([key, value]) =>
        key.startsWith('pod-security.kubernetes.io/') ? [`${key.slice(key.indexOf('/') + 1)}=${value}`] : [],
      )
      return { name, level: all[enforce] ?? null, labels }
    }),
  )
}
