import { type AnnotationsDepartures, healthyAnnotations } from '../faults/annotationsDepartures.ts'
import type { KataHandler } from './kataHandler.ts'
import type { ShimConfig } from './shimConfig.ts'

const prefix = 'io.katacontainers.config.hypervisor.'

/**
 * The configuration after the pod's annotations. Only those of `enable_annotations` count: the Go shim refuses any other
 * (pkg/oci/utils.go addAnnotations), the Rust shim warns and ignores it (kata-types annotations).
 * @throws Error with the Go shim's words.
 */
export function annotatedConfig(
  config: ShimConfig,
  handler: Pick<KataHandler, 'language'>,
  annotations: Readonly<Record<string, string>>,
  departures: Pick<AnnotationsDepartures, 'goAnnotationsCheckedBy' | 'sizingAnnotations'> = healthyAnnotations,
): ShimConfig {
  const result = { ...config }
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length)
    const unchecked = handler.language === 'go' && departures.goAnnotationsCheckedBy === 'nobody'
    if (!unchecked && !enabled(config.enableAnnotations, name)) {
      if (handler.language === 'go') throw new Error(`annotation ${key} is not enabled`)
      continue
    }
    if (departures.sizingAnnotations === 'ignored' && name.startsWith('default_')) continue
    if (name === 'default_memory') result.defaultMemoryMiB = wholeNumber(key, value)
    if (name === 'default_vcpus') result.defaultVcpus = wholeNumber(key, value)
    if (name === 'kernel_params') result.kernelParams = [result.kernelParams, value].filter(Boolean).join(' ')
  }
  return result
}

/** Entries of enable_annotations are regular expressions over the part of the key after the prefix. */
function enabled(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => new RegExp(`^${pattern}$`).test(name))
}

function wholeNumber(key: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number <= 0)
    throw new Error(`Error parsing annotation for ${key}: "${value}" is not a whole number`)
  return number
}
