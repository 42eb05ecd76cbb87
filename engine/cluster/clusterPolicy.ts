import type { PolicyAsked } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { RUN_LABEL, runLabels } from './labels.ts'

/**
 * A ClusterPolicy of Kyverno that mutates pods of one run's own namespaces and no others, whatever else its labels say: cluster-wide only in its kind.
 * It never audits, validates or touches what was there before. Source: Kyverno's documentation, "Mutate Rules".
 */
export const clusterPolicy = (name: string, runId: string, { namespaceLabels, podSpec }: PolicyAsked): KubeObject => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name, labels: runLabels(runId) },
  spec: {
    background: false,
    rules: [
      {
        name: 'pods-of-this-run',
        match: {
          any: [
            {
              resources: {
                kinds: ['Pod'],
                operations: ['CREATE'],
                namespaceSelector: { matchLabels: { ...namespaceLabels, [RUN_LABEL]: runId } },
              },
            },
          ],
        },
        mutate: { patchStrategicMerge: { spec: podSpec } },
      },
    ],
  },
})

/** status.conditions since Kyverno 1.9; status.ready before. */
export function isReady({ status }: KubeObject): boolean {
  const { ready, conditions = [] } = (status ?? {}) as {
    ready?: boolean
    conditions?: { type?: string; status?: string }[]
  }
  return ready === true || conditions.some((each) => each.type === 'Ready' && each.status === 'True')
}
