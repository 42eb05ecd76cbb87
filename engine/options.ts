/** A deviation from a claim that somebody has accepted for a time. */
export interface KnownDeviation {
  readonly behaviour: string
  readonly runtimeClass?: string | undefined
  readonly case?: string | undefined
  readonly reason: string
  readonly reference?: string | undefined
  readonly owner: string
  /** ISO date after which the entry no longer excuses anything. */
  readonly expires: string
}

/** Everything a run is told. Times in ms. */
export interface RunOptions {
  readonly runId: string
  /** Where results/<run-id>/ is made. */
  readonly out: string
  readonly simulated: boolean
  readonly command: readonly string[]
  readonly suiteVersion: string
  /** Restrict to these RuntimeClasses; empty: every Kata class. */
  readonly classes: readonly string[]
  /** Restrict to these nodes; empty: every Kata node. */
  readonly nodes: readonly string[]
  /** Restrict to these chapters, levels, ids; empty: all. */
  readonly chapters: readonly string[]
  readonly levels: readonly string[]
  readonly behaviours: readonly string[]
  readonly nodeProbe: boolean
  /** The operator says that nodes are quiet: checks that measure performance may run. */
  readonly quietNodes: boolean
  /** Checks that take more than five minutes may run. */
  readonly slow: boolean
  readonly knownDeviations: readonly KnownDeviation[]
  /** RuntimeClasses that the operator's profile declares; null without a profile. */
  readonly declaredClasses: readonly string[] | null
  /** Arms at once, over all nodes. */
  readonly maxArms: number
  /** Pods at once, on one node. */
  readonly maxPodsPerNode: number
}
