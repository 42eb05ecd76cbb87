import type { KubeObject } from '../cluster/cluster.ts'
import { handlerOf, nodeSelectorOf } from './kataClass.ts'
import { shimOfHandler } from './kataShims.ts'

interface Taint {
  key: string
  value?: string
  effect: string
}

interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
}

/**
 * Taints of a node that is lost at the moment (kubernetes core/v1, TaintNodeNotReady and TaintNodeUnreachable): it belongs to the class all the same, and
 * may be back in a minute.
 */
const passing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** What decides, beside the objects, where a class's pods can start. */
export interface Installed {
  readonly kataVersion: string | null
  /** Whether containerd of a node is known to have a handler. */
  hasHandler(node: string, handler: string): boolean
}

export interface ClassNodes {
  readonly names: readonly string[]
  /** Why nodes that the class selects are not among them: kata-deploy has its shim not for their architecture. Null where there is no such node. */
  readonly withoutShim: string | null
}

/**
 * Nodes that a pod of the class can be sent to, as soon as they are ready: nodeSelector, cordon, taints, tolerations. The chart makes a RuntimeClass for
 * every enabled shim, for all Kata nodes; kata-deploy installs on a node only the shims of its architecture (chart, templates/runtimeclasses.yaml and
 * SHIMS_<arch> of kata-deploy.yaml).
 */
export function classNodes(runtimeClass: KubeObject, nodes: readonly KubeObject[], installed: Installed): ClassNodes {
  const open = nodes.filter((node) => selects(runtimeClass, node) && admits(runtimeClass, node))
  const handler = handlerOf(runtimeClass)
  const architectures = shimOfHandler(handler.replace(/-debug$/, ''))?.architectures(installed.kataVersion)
  const lacks = (node: KubeObject) => {
    const architecture = architectureOf(node)
    return (
      architectures !== undefined &&
      architecture !== null &&
      !architectures.includes(architecture) &&
      !installed.hasHandler(nameOf(node), handler)
    )
  }
  const lacking = open.filter(lacks)
  return {
    names: open.filter((node) => !lacks(node)).map(nameOf),
    withoutShim:
      lacking.length === 0
        ? null
        : `kata-deploy has the shim of ${handler} for ${architectures?.join(', ')}, and ${lacking
            .map((node) => `${nameOf(node)} is ${architectureOf(node)}`)
            .join(', ')}`,
  }
}

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''

const architectureOf = (node: KubeObject): string | null =>
  (node['status'] as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo?.architecture ?? null

const selects = (runtimeClass: KubeObject, node: KubeObject): boolean =>
  Object.entries(nodeSelectorOf(runtimeClass)).every(([key, value]) => node.metadata.labels?.[key] === value)

/** By cordon and taints. */
function admits(runtimeClass: KubeObject, node: KubeObject): boolean {
  const scheduling = runtimeClass['scheduling'] as { tolerations?: Toleration[] } | undefined
  const spec = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] }
  const taints = (spec.taints ?? []).filter(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && !passing.includes(key),
  )
  return (
    !spec.unschedulable &&
    taints.every((taint) => (scheduling?.tolerations ?? []).some((each) => tolerates(each, taint)))
  )
}

/** Source: kubernetes core/v1 Toleration.ToleratesTaint. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  if (toleration.operator === 'Exists') return true
  return toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '')
}
