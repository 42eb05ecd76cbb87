/** Commands that talk to a cluster. */
export type ClusterCommand = 'run' | 'upgrade' | 'clean' | 'doctor'

/** with-probe: not with --no-probe. with-node-changes: only with --allow-node-changes, and for the clean-up after such a run. with-shards: for a part of a run. with-cluster-policy: only with --allow-cluster-policy, and for the clean-up after it. with-canary: only with --canary-node. */
export type When = 'always' | 'with-probe' | 'with-node-changes' | 'with-shards' | 'with-cluster-policy' | 'with-canary'

/** One thing that the suite asks of the API server, and why. */
export interface AccessRule {
  /** API group; '' is the core's. */
  readonly group: string
  /** With its sub-resource: pods/log */
  readonly resource: string
  readonly verbs: readonly string[]
  /** Only the objects of these names. */
  readonly names?: readonly string[]
  /** Commands that need it. */
  readonly for: Readonly<Partial<Record<ClusterCommand, When>>>
  /**
   * own: in the namespaces that the suite makes. Their names carry the run's id, and RBAC grants neither by prefix nor in a namespace that
   * is not there yet, so it is granted in the whole cluster. kata-deploy: in its namespace.
   */
  readonly where: 'cluster' | 'own' | 'kata-deploy'
  readonly why: string
  /** Without it the rest goes on; what is not known then is said, and what needs it is skipped or broken. */
  readonly optional?: true
  /** Minor version of Kubernetes that asks for it first. */
  readonly since?: number
}
