import type { KubeObject } from '../../kubeObject.ts'

/*
 * What the checks of the Pod Security Standards have in common: k8s.io/pod-security-admission/policy (v0.34).
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- pod specs as JSON
export type Json = Record<string, any>

/** Null: allowed. Else the reason and what exactly. */
export type Finding = { reason: string; detail: string } | null

export interface Check {
  id: string
  level: 'baseline' | 'restricted'
  /** The restricted check that takes its place at the restricted level. */
  overriddenBy?: string
  check(spec: Json, metadata: KubeObject['metadata']): Finding
}

export const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ')
export const plural = (one: string, many: string, count: number) => (count === 1 ? one : many)
export const containersOf = (spec: Json): Json[] => [
  ...((spec['initContainers'] ?? []) as Json[]),
  ...((spec['containers'] ?? []) as Json[]),
  ...((spec['ephemeralContainers'] ?? []) as Json[]),
]
export const names = (list: readonly Json[]): string[] => list.map(({ name }) => name as string)
export const subject = (list: readonly Json[]) =>
  `${plural('container', 'containers', list.length)} ${quoted(names(list))}`
export const security = (holder: Json): Json => (holder['securityContext'] ?? {}) as Json
export const isWindows = (spec: Json) => (spec['os'] as Json | undefined)?.['name'] === 'windows'

/** "pod and container "a"": who of the pod and its containers does it. */
export function who(pod: boolean, containers: readonly Json[]): string {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [subject(containers)] : [])].join(' and ')
}

export function extraCapabilities(
  spec: Json,
  allowed: ReadonlySet<string>,
): { containers: Json[]; capabilities: string[] } {
  const capabilities = new Set<string>()
  const containers = containersOf(spec).filter((container) => {
    const added = ((security(container)['capabilities'] as Json | undefined)?.['add'] ?? []) as string[]
    const extra = added.filter((one) => !allowed.has(one))
    for (const one of extra) capabilities.add(one)
    return extra.length > 0
  })
  return { containers, capabilities: [...capabilities].sort() }
}

export const seccompType = (holder: Json): string | undefined =>
  (security(holder)['seccompProfile'] as Json | undefined)?.['type'] as string | undefined
