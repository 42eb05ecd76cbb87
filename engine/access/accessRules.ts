/** Commands that talk to a cluster. */
export type ClusterCommand = 'run' | 'upgrade' | 'clean' | 'doctor'

/** One thing that the suite asks of the API server, and why. `kata-conformance rbac` prints these, and a run asks for them before it makes anything. */
export interface AccessRule {
  readonly group: string
  /** With its sub-resource: pods/log */
  readonly resource: string
  readonly verbs: readonly string[]
  /** Commands that need it; `with-probe`: not when they are told --no-probe. */
  readonly for: Readonly<Partial<Record<ClusterCommand, 'always' | 'with-probe'>>>
  /**
   * own: in the namespaces that the suite makes. Their names carry the run's id, and RBAC grants neither by prefix nor in a namespace that
   * is not there yet, so it is granted in the whole cluster. kata-deploy: in its namespace.
   */
  readonly where: 'cluster' | 'own' | 'kata-deploy'
  readonly why: string
  /** Without it the rest goes on; what is not known then is said, and what needs it is skipped. */
  readonly optional?: true
  /** Minor version of Kubernetes that asks for it first. */
  readonly since?: number
}

const rule = (
  group: string,
  resource: string,
  verbs: readonly string[],
  where: AccessRule['where'],
  commands: AccessRule['for'],
  why: string,
  more: Pick<AccessRule, 'optional' | 'since'> = {},
): AccessRule => ({ group, resource, verbs, where, for: commands, why, ...more })

const always = 'always'
const facts = { run: always, upgrade: always, doctor: always } as const
const checks = { run: always, upgrade: always } as const
const pods = { ...checks, doctor: 'with-probe' } as const
const nodeApi = 'node.k8s.io'

export const accessRules: readonly AccessRule[] = [
  rule(
    '',
    'namespaces',
    ['create'],
    'cluster',
    pods,
    'two namespaces for each run, one of Pod Security level privileged',
  ),
  rule(
    '',
    'namespaces',
    ['delete', 'list', 'watch'],
    'cluster',
    { ...pods, clean: always },
    'their removal, found by the labels of the run, watched to its end',
  ),
  rule(
    '',
    'serviceaccounts',
    ['list', 'watch'],
    'own',
    pods,
    "a new namespace takes pods once its ServiceAccount 'default' is there",
  ),
  rule('', 'pods', ['create', 'delete'], 'own', pods, 'pods of the checks, and the node probe'),
  rule('', 'pods', ['list'], 'cluster', facts, 'what other pods request of a node: a run takes only what is left'),
  rule('', 'pods', ['watch'], 'own', pods, 'when a pod is ready, has ended, is gone'),
  rule(
    '',
    'events',
    ['list', 'watch'],
    'own',
    pods,
    'why a pod does not start: its events are what many checks assert',
  ),
  rule('', 'pods/exec', ['get'], 'own', pods, 'what a guest shows, what the node probe reads'),
  rule(
    '',
    'pods/exec',
    ['create'],
    'own',
    pods,
    'the same: Kubernetes 1.35 and later ask for both (kubernetes/kubernetes#134577)',
    {
      since: 35,
    },
  ),
  rule('', 'pods/log', ['get'], 'own', checks, 'output of containers, and the evidence of failures'),
  rule('', 'nodes', ['list'], 'cluster', facts, 'which nodes have Kata, and what they have to give'),
  rule(
    '',
    'nodes',
    ['get'],
    'cluster',
    checks,
    "the boot id of a node, to tell its kernel from a guest's; whether it is still ready",
  ),
  rule(
    nodeApi,
    'runtimeclasses',
    ['list'],
    'cluster',
    { ...facts, clean: always },
    "which RuntimeClasses are Kata's, and which are left of a run",
  ),
  rule(
    nodeApi,
    'runtimeclasses',
    ['get'],
    'cluster',
    checks,
    'what a RuntimeClass declares: handler, overhead, scheduling',
  ),
  rule(
    nodeApi,
    'runtimeclasses',
    ['create'],
    'cluster',
    checks,
    'RuntimeClasses of the run for the claims about missing handlers',
    {
      optional: true,
    },
  ),
  rule(nodeApi, 'runtimeclasses', ['delete'], 'cluster', { ...checks, clean: always }, 'their removal', {
    optional: true,
  }),
  rule('apps', 'daemonsets', ['list'], 'cluster', facts, "kata-deploy's release, by the image of its DaemonSet", {
    optional: true,
  }),
  rule('batch', 'jobs', ['list'], 'cluster', facts, 'the same, where kata-deploy is a Job for each node', {
    optional: true,
  }),
  rule('', 'configmaps', ['list'], 'kata-deploy', facts, "kata-deploy's custom runtimes and their drop-ins", {
    optional: true,
  }),
  rule('apps', 'daemonsets', ['watch'], 'kata-deploy', { upgrade: always }, 'when the new kata-deploy is rolled out'),
  rule(
    'batch',
    'jobs',
    ['watch'],
    'kata-deploy',
    { upgrade: always },
    'the same, where kata-deploy is a Job for each node',
  ),
  rule(
    '',
    'nodes',
    ['watch'],
    'cluster',
    { upgrade: always },
    'nodes that become not ready, or lose and regain their labels, while Kata is replaced',
  ),
]

export interface AccessWanted {
  readonly command: ClusterCommand
  readonly probe: boolean
  /** Minor version of Kubernetes; null: of any. */
  readonly minor: number | null
}

/** The rules of one command, in order. */
export const accessFor = ({ command, probe, minor }: AccessWanted): AccessRule[] =>
  accessRules.filter((each) => {
    const when = each.for[command]
    return when !== undefined && (probe || when === 'always') && (minor === null || minor >= (each.since ?? 0))
  })

/** 34 of v1.34.4; null for what does not look like a version. */
export function minorOf(gitVersion: string): number | null {
  const minor = /^v?1\.(\d+)/.exec(gitVersion)?.[1]
  return minor === undefined ? null : Number(minor)
}
