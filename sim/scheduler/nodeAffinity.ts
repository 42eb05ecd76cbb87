import type { KubeObject } from '../kubeObject.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../kubelet/podSpec.ts'

/** nodeSelector and required node affinity of a pod against a node. */
export function nodeMatches(spec: PodSpec, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (labels[key] !== value) return false
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesAnyTerm(required.nodeSelectorTerms, node)
}

/** Terms are alternatives; a term without requirements matches nothing. */
export function matchesAnyTerm(terms: readonly NodeSelectorTerm[], node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {}
  const fields = { 'metadata.name': node.metadata.name }
  return terms.some((term) => {
    const expressions = term.matchExpressions ?? []
    const matchFields = term.matchFields ?? []
    if (expressions.length + matchFields.length === 0) return false
    return (
      expressions.every((requirement) => matches(requirement, labels)) &&
      matchFields.every((requirement) => matches(requirement, fields))
    )
  })
}

function matches(requirement: NodeSelectorRequirement, values: Record<string, string>): boolean {
  const value = values[requirement.key]
  const wanted = requirement.values ?? []
  if (requirement.operator === 'In') return value !== undefined && wanted.includes(value)
  if (requirement.operator === 'NotIn') return value === undefined || !wanted.includes(value)
  if (requirement.operator === 'Exists') return value !== undefined
  if (requirement.operator === 'DoesNotExist') return value === undefined
  if (value === undefined || !/^-?\d+$/.test(value)) return false
  return requirement.operator === 'Gt' ? Number(value) > Number(wanted[0]) : Number(value) < Number(wanted[0])
}
