/** disrupts: running or new pods can be lost by it. act: somebody has to do something, or check something. know: worth knowing. */
export type ChangeWeight = 'disrupts' | 'act' | 'know'

export type VersionChangeKind =
  | 'hazard'
  | 'class-gone'
  | 'class-renamed'
  | 'class-new'
  | 'default-shim'
  | 'overhead'
  | 'setting'
  | 'component'
  | 'value-gone'
  | 'value-new'
  | 'value-changed'

/** One difference between two releases of kata-deploy. */
export interface VersionChange {
  readonly kind: VersionChangeKind
  readonly weight: ChangeWeight
  /** `RuntimeClass kata-cloud-hypervisor`, `defaultShim.amd64`, `QEMU`. */
  readonly subject: string
  /** In words or as YAML in one line; null where it does not exist. */
  readonly before: string | null
  readonly after: string | null
  /** What follows for whoever has the older release running. */
  readonly consequence: string
  /** Where it is written upstream. */
  readonly source: string
}
