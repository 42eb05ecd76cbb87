import type { ArmNames, ObjectSpec } from './objectSpec.ts'

/**
 * A NetworkPolicy for one pod of the check.
 * @param pod the pod's name within the check
 * @param rules the spec beside podSelector: policyTypes, ingress, egress
 */
export const networkPolicy = (
  pod: string,
  rules: (names: ArmNames) => Readonly<Record<string, unknown>>,
): ObjectSpec => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  content: (names) => ({ spec: { podSelector: { matchLabels: names.labelsOf(pod) }, ...rules(names) } }),
})
