import type { KubeObject } from '../cluster/cluster.ts'
import { kataDeployImage } from '../facts/kataVersion.ts'

/** What `kubectl get runtimeclass` shows of a list. */
export const runtimeClassTable = (classes: readonly KubeObject[]): string =>
  table(
    ['NAME', 'HANDLER', 'OVERHEAD'],
    classes.map((each) => [
      each.metadata.name ?? '',
      (each as { handler?: string }).handler ?? '',
      Object.entries((each['overhead'] as { podFixed?: Record<string, string> } | undefined)?.podFixed ?? {})
        .map((pair) => pair.join('='))
        .join(',') || '<none>',
    ]),
  )

interface PodObject {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly containerStatuses?: readonly { readonly ready?: boolean; readonly restartCount?: number }[]
  }
}

/** What `kubectl get pods -o wide` shows of kata-deploy's pods. */
export function kataDeployPodTable(pods: readonly KubeObject[]): string {
  const own = pods.filter((each) => kataDeployImage({ ...each, spec: { template: { spec: each['spec'] } } }) !== null)
  return table(
    ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'NODE'],
    own.map((each) => {
      const { spec, status } = each as PodObject
      const containers = status?.containerStatuses ?? []
      return [
        each.metadata.namespace ?? '',
        each.metadata.name ?? '',
        `${containers.filter(({ ready }) => ready === true).length}/${containers.length}`,
        status?.phase ?? 'Unknown',
        String(containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)),
        spec?.nodeName ?? '<none>',
      ]
    }),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd()
  return `${[head, ...rows].map(line).join('\n')}\n`
}
