import type { KubeObject } from '../cluster/cluster.ts'

export interface NodeReadiness {
  readonly isReady: boolean
  /** The condition's reason and message. */
  readonly why: string
  /** RFC 3339; when it became what it is. */
  readonly since: string | null
}

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

/** The Ready condition of a Node object. */
export function readinessOf(node: KubeObject): NodeReadiness {
  const { conditions = [] } = (node['status'] ?? {}) as { conditions?: Condition[] }
  const ready = conditions.find(({ type }) => type === 'Ready')
  return {
    isReady: ready?.status === 'True',
    why: [ready?.reason, ready?.message].filter(Boolean).join(': ') || 'it has no Ready condition',
    since: ready?.lastTransitionTime ?? null,
  }
}
