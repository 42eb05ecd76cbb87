import type { KubeObject } from '../cluster/cluster.ts'
import { runsKata, type ContainerdRuntime } from '../node/containerdConfig.ts'
import { kataLabel } from './kataNode.ts'

/**
 * Why a RuntimeClass counts as Kata's; null when nothing but perhaps its name says so. A class that claims to be Kata's is
 * Kata's here even when its handler runs something else: that it is not must turn red, and not vanish from the run.
 * `runtimes` are what containerd runs its handler with on the probed nodes.
 */
export function kataEvidence(
  runtimeClass: KubeObject,
  runtimes: readonly ContainerdRuntime[],
  chosen: readonly string[],
): string | null {
  const kata = runtimes.find(runsKata)
  if (kata) return `containerd runs its handler with ${kata.type}`
  const handler = handlerOf(runtimeClass)
  if (/^kata(-|$)/.test(handler)) return `its handler is ${handler}`
  const labels = runtimeClass.metadata.labels ?? {}
  if (labels['kata-deploy/instance'] !== undefined) return 'label kata-deploy/instance'
  if (labels['app.kubernetes.io/managed-by'] === 'kata-deploy') return 'label app.kubernetes.io/managed-by=kata-deploy'
  if (nodeSelectorOf(runtimeClass)[kataLabel] !== undefined) return `its nodeSelector has ${kataLabel}`
  if (chosen.includes(runtimeClass.metadata.name ?? '')) return 'chosen by the operator'
  return null
}

/** Name of the runtime in containerd's configuration that a RuntimeClass asks for. */
export const handlerOf = ({ handler }: KubeObject): string => (typeof handler === 'string' ? handler : '')

/** scheduling.nodeSelector of a RuntimeClass. */
export function nodeSelectorOf(runtimeClass: KubeObject): Readonly<Record<string, string>> {
  const scheduling = runtimeClass['scheduling'] as { nodeSelector?: Record<string, string> } | undefined
  return scheduling?.nodeSelector ?? {}
}
