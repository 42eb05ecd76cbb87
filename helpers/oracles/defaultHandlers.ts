/** Architectures as kata-deploy's environment spells them: DEFAULT_SHIM_<arch> (binary/src/config.rs). */
const inEnvironment: Readonly<Record<string, string>> = {
  amd64: 'X86_64',
  arm64: 'AARCH64',
  s390x: 'S390X',
  ppc64le: 'PPC64LE',
}

/** What tells the default shim. */
export interface DefaultShim {
  /** Handler that the operator's profile declares for the default class. */
  readonly declared: string | undefined
  /** kata-deploy's, with what values say of defaultShim; empty where it is not there. */
  readonly environment: Readonly<Record<string, string>>
  /** The chart's own, by architecture; null where the release is not known. */
  readonly chart: Readonly<Record<string, string>> | null
}

/**
 * Handlers that the default class may have in a cluster of these architectures: the profile's, else those of kata-deploy's environment, else the
 * chart's. Null where nothing tells one.
 */
export function defaultHandlers(
  architectures: readonly string[],
  { declared, environment, chart }: DefaultShim,
): string[] | null {
  if (declared !== undefined) return [declared]
  const { MULTI_INSTALL_SUFFIX: suffix = '' } = environment
  const shims = architectures.flatMap((architecture) => {
    const set = environment[`DEFAULT_SHIM_${inEnvironment[architecture] ?? ''}`]
    return set || (chart && (chart[architecture] ?? 'qemu')) || []
  })
  return shims.length === 0 ? null : shims.map((shim) => `kata-${shim}${suffix === '' ? '' : `-${suffix}`}`)
}
