import type { ObjectSpec } from './objectSpec.ts'

/**
 * A quota of the namespace for the pods that all scopes match. The suite's pods share their namespace: only those that a check marks for its own quota may be
 * counted by it.
 * @param hard amounts by resource: requests.memory
 */
export const resourceQuota = (
  hard: Readonly<Record<string, string>>,
  scopes: readonly ('Terminating' | 'NotTerminating' | 'BestEffort' | 'NotBestEffort')[],
): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  content: () => ({ spec: { hard, scopes: [...scopes] } }),
})
