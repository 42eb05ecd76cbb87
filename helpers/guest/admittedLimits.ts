import type { PodHandle } from '../pods/podHandle.ts'

interface Container {
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> }
}

/**
 * Throws when admission gave a container a limit of `resource` that the check did not ask for: a LimitRange or a policy of the namespace. The check
 * cannot know then what requests alone do.
 */
export function withoutLimit(pod: PodHandle, resource: 'cpu' | 'memory'): void {
  const { containers } = pod.admitted.spec as { containers: readonly Container[] }
  const injected = containers.map(({ resources }) => resources?.limits?.[resource]).find((limit) => limit !== undefined)
  if (injected !== undefined) {
    throw new Error(
      `pod ${pod.name} was admitted with limits.${resource} ${injected}, which it did not ask for: a LimitRange or an admission policy of namespace ${pod.namespace} adds it`,
    )
  }
}
