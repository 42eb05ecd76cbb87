import type { Declaration } from '../helpers/profile/declaration.ts'
import type { DeclaredClass, KnownDeviation } from '../helpers/profile/profile.ts'
import type { Shard } from './plan/shard.ts'

/** Everything a run is told. Times in ms. */
export interface RunOptions {
  readonly runId: string
  /** The part of the run that is run here; null: the whole. */
  readonly shard: Shard | null
  /** Of the Job that this process is in: the annotation of what both make. */
  readonly maker?: string | undefined
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
  /** Checks may make files, loop devices and the like on nodes (helpers/node/nodeChanges.ts). */
  readonly allowNodeChanges: boolean
  /** Checks may do what can disturb other pods of a node. */
  readonly allowDisruptive: boolean
  /** Where Kyverno is installed, and no policy of the cluster gives pods a RuntimeClass, checks may make one for namespaces of the run. */
  readonly allowClusterPolicy?: boolean
  /** StorageClasses that the operator names for the claims about volumes. */
  readonly storageClasses?: { readonly block?: string; readonly filesystem?: string }
  readonly knownDeviations: readonly KnownDeviation[]
  /** RuntimeClasses that the operator's profile declares; null without a profile. */
  readonly declaredClasses: readonly DeclaredClass[] | null
  /** False: the cluster may have more than the declared ones. */
  readonly declaresAllClasses?: boolean
  /** Systems that the profile says the cluster must have: each that is absent fails. */
  readonly declarations?: readonly Declaration[]
  /** Kata's release that the profile declares: what the cluster is held to where it does not tell. */
  readonly declaredVersion?: string | null
  /** How often each arm is executed, in pods of its own each time: what fails now and then is told from what is broken. */
  readonly repeat: number
  /** defaultRuntimeClass of the profile; '' where the operator wants none. */
  readonly declaredDefaultClass?: string | null
  /** The profile says that the cluster is in production: in namespaces with these labels. */
  readonly production?: { readonly namespaceLabels: Readonly<Record<string, string>> } | null
  /** Arms at once, over all nodes. */
  readonly maxArms: number
  /** Pods at once, on one node. */
  readonly maxPodsPerNode: number
}

/** A whole run with nothing chosen and nothing allowed beyond what every cluster bears. */
export const wholeRun: Omit<RunOptions, 'runId' | 'out' | 'simulated' | 'command' | 'suiteVersion'> = {
  shard: null,
  classes: [],
  nodes: [],
  chapters: [],
  levels: [],
  behaviours: [],
  nodeProbe: true,
  quietNodes: false,
  slow: false,
  allowNodeChanges: false,
  allowDisruptive: false,
  knownDeviations: [],
  declaredClasses: null,
  repeat: 1,
  maxArms: 64,
  maxPodsPerNode: 110,
}
