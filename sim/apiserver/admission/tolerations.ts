import type { Admission } from './chain.ts'

interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

const defaultSeconds = 300
const unreachable = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const

/** DefaultTolerationSeconds: pods stay five minutes on a node that does not answer (plugin/pkg/admission/defaulttolerationseconds). */
export const defaultTolerationSeconds: Admission = {
  mutate(_context, { operation, kind, subresource, object }) {
    if (operation === 'DELETE' || kind.plural !== 'pods' || subresource !== '') return
    const spec = object['spec'] as { tolerations?: Toleration[] } | undefined
    if (spec === undefined) return
    const present = spec.tolerations ?? []
    const missing = unreachable.filter(
      (taint) =>
        !present.some(
          ({ key, effect }) => (key === taint || key === undefined) && (effect === undefined || effect === 'NoExecute'),
        ),
    )
    if (missing.length === 0) return
    spec.tolerations = [
      ...present,
      ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: defaultSeconds })),
    ]
  },
}

interface Taint {
  key: string
  effect: string
}

/** TaintNodesByCondition: a new node is not ready until the node controller says so (plugin/pkg/admission/nodetaint). */
export const taintNodesByCondition: Admission = {
  mutate(_context, { operation, kind, subresource, object }) {
    if (operation !== 'CREATE' || kind.plural !== 'nodes' || subresource !== '') return
    const spec = (object['spec'] ??= {}) as { taints?: Taint[] }
    const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    if ((spec.taints ?? []).some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return
    spec.taints = [...(spec.taints ?? []), notReady]
  },
}
