import { need } from '../facts/armFacts.ts'
import type { ClassFacts } from '../facts/facts.ts'

/** What becomes of an annotation io.katacontainers.config.hypervisor.*: the VM follows it, the pod starts as without it, or the pod is refused. */
export type AnnotationOutcome = 'honoured' | 'ignored' | 'rejected'

export const hypervisorAnnotation = 'io.katacontainers.config.hypervisor.'

/** Entries of enable_annotations are regular expressions over what follows the prefix (pkg/oci/utils.go; kata-types, is_annotation_enabled). */
export const isEnabled = (patterns: readonly string[], key: string): boolean =>
  patterns.some((pattern) => new RegExp(`^(?:${pattern})$`).test(key))

/** Keys that set the size of a sandbox. */
export const sizingKeys = ['default_memory', 'default_vcpus'] as const

/** Whether a pod may size its sandbox by both annotations: the effective enable_annotations of the class. Throws FactUnknownError. */
export const sizingEnabled = (of: ClassFacts): boolean => {
  const patterns = need(of.enabledAnnotations, 'enable_annotations')
  return sizingKeys.every((key) => isEnabled(patterns, key))
}

/**
 * What must become of the sizing annotations of a pod, by the class's own list: what is enabled is honoured; what is not, the Go shim refuses
 * (pkg/oci/utils.go, addAnnotations; recorded on 3.26.0) and the Rust shim warns of and ignores (kata-types, annotations). Throws FactUnknownError.
 */
export function annotationOutcome(of: ClassFacts): AnnotationOutcome {
  if (sizingEnabled(of)) return 'honoured'
  return need(of.shim, 'shim') === 'go' ? 'rejected' : 'ignored'
}
