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
export type SizingKey = (typeof sizingKeys)[number]

/** Those by which a pod may size its sandbox, or may not: the effective enable_annotations of the class. Throws FactUnknownError. */
export function sizingKeysOf(of: ClassFacts, enabled: boolean): readonly SizingKey[] {
  const patterns = need(of.enabledAnnotations, 'enable_annotations')
  return sizingKeys.filter((key) => isEnabled(patterns, key) === enabled)
}

/**
 * What must become of a sizing annotation, by the class's own list: what is enabled is honoured; what is not, the Go shim refuses
 * (pkg/oci/utils.go, addAnnotations; recorded on 3.26.0) and the Rust shim warns of and ignores (kata-types, annotations). Throws FactUnknownError.
 */
export function annotationOutcome(of: ClassFacts, key: SizingKey): AnnotationOutcome {
  if (sizingKeysOf(of, true).includes(key)) return 'honoured'
  return need(of.shim, 'shim') === 'go' ? 'rejected' : 'ignored'
}
