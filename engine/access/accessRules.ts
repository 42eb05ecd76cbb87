import type { AccessRule, ClusterCommand } from './accessRule.ts'

const always = 'always'
const checks = { run: always, upgrade: always } as const
const facts = { ...checks, doctor: always } as const
const pods = { ...checks, doctor: 'with-probe' } as const
/** What the pod that sweeps a node takes: clean starts one on each node that a killed run had changed. */
const workshops = { ...pods, clean: 'with-node-changes' } as const
const upgrade = { upgrade: always } as const

const core = ''
const node = 'node.k8s.io'

/**
 * Everything that the suite asks of the API server. `kata-conformance rbac` prints it, and a run asks for it before it makes anything. A test compares it
 * with what a run really asks: neither more nor less may stand here.
 */
export const accessRules: readonly AccessRule[] = [
  {
    ...{ group: core, resource: 'namespaces', verbs: ['create'], where: 'cluster', for: pods },
    why: 'two namespaces for each run, one of Pod Security level privileged',
  },
  {
    ...{ group: core, resource: 'namespaces', verbs: ['delete', 'list', 'watch'], where: 'cluster' },
    for: { ...pods, clean: always },
    why: 'their removal, found by the labels of the run, watched to its end',
  },
  {
    ...{ group: core, resource: 'namespaces', verbs: ['get'], where: 'cluster', for: checks, optional: true },
    why: 'the Pod Security level that a namespace enforces',
  },
  {
    ...{ group: core, resource: 'namespaces', verbs: ['patch'], where: 'cluster' },
    for: { run: 'with-node-changes', upgrade: 'with-node-changes' },
    why: 'which nodes the run changes, written to its namespace before it does: clean finds it there after a crash',
  },
  {
    ...{ group: core, resource: 'namespaces', verbs: ['get', 'patch'], where: 'cluster', for: { run: 'with-shards' } },
    why: 'shards that have one node together write to their namespaces who works on it, and read it there',
  },
  {
    ...{ group: core, resource: 'serviceaccounts', verbs: ['list', 'watch'], where: 'own', for: pods },
    why: "a new namespace takes pods once its ServiceAccount 'default' is there",
  },
  {
    ...{ group: core, resource: 'pods', verbs: ['create'], where: 'own', for: workshops },
    why: 'pods of the checks, the node probe, and the workshop that changes and sweeps a node where that is allowed',
  },
  {
    ...{ group: core, resource: 'pods', verbs: ['delete'], where: 'own', for: pods },
    why: 'their removal',
  },
  {
    ...{ group: core, resource: 'pods', verbs: ['list'], where: 'cluster', for: { ...workshops, doctor: always } },
    why: 'what other pods request of a node: a run takes only what is left',
  },
  {
    ...{ group: core, resource: 'pods', verbs: ['watch'], where: 'own', for: workshops },
    why: 'when a pod is ready, has ended, is gone',
  },
  {
    ...{ group: core, resource: 'events', verbs: ['list', 'watch'], where: 'own', for: workshops },
    why: 'why a pod does not start: its events are what many checks assert',
  },
  {
    ...{ group: core, resource: 'pods/exec', verbs: ['get'], where: 'own', for: workshops },
    why: 'what a guest shows, what the node probe reads',
  },
  {
    ...{ group: core, resource: 'pods/exec', verbs: ['create'], where: 'own', for: workshops, since: 35 },
    why: 'the same: Kubernetes 1.35 and later ask for both (kubernetes/kubernetes#134577)',
  },
  {
    ...{ group: core, resource: 'pods/portforward', verbs: ['get'], where: 'own', for: checks },
    optional: true,
    why: 'a connection to a port of a pod of a check, as kubectl port-forward makes one',
  },
  {
    ...{ group: core, resource: 'pods/portforward', verbs: ['create'], where: 'own', for: checks, since: 35 },
    optional: true,
    why: 'the same: Kubernetes 1.35 and later ask for both',
  },
  {
    ...{ group: core, resource: 'pods/ephemeralcontainers', verbs: ['patch'], where: 'own', for: checks },
    optional: true,
    why: 'a container that joins a running pod of a check, as kubectl debug adds one',
  },
  {
    ...{ group: core, resource: 'pods/resize', verbs: ['patch'], where: 'own', for: checks, since: 33 },
    optional: true,
    why: 'other limits for a running pod of a check: served by Kubernetes 1.33 and later',
  },
  {
    ...{ group: core, resource: 'pods/log', verbs: ['get'], where: 'own', for: checks },
    why: 'output of containers, and the evidence of failures',
  },
  {
    ...{
      group: core,
      resource: 'resourcequotas',
      verbs: ['create', 'delete', 'list', 'watch'],
      where: 'own',
      for: checks,
    },
    why: 'a quota that counts the overhead of pods, and what it has counted',
  },
  {
    ...{ group: core, resource: 'configmaps', verbs: ['create', 'patch', 'delete'], where: 'own', for: checks },
    why: 'what pods of the checks mount, and its updates',
  },
  {
    ...{ group: core, resource: 'secrets', verbs: ['create', 'patch', 'delete'], where: 'own', for: checks },
    why: 'the same, made up by the suite: it reads no Secret',
  },
  {
    ...{ group: core, resource: 'persistentvolumeclaims', verbs: ['create', 'delete'], where: 'own', for: checks },
    why: 'volumes for the claims about storage',
  },
  {
    ...{ group: core, resource: 'persistentvolumes', verbs: ['create', 'delete'], where: 'cluster' },
    for: { run: 'with-node-changes', upgrade: 'with-node-changes' },
    why: "volumes of the suite's own on a node, where no StorageClass fits",
  },
  {
    ...{ group: core, resource: 'persistentvolumes', verbs: ['list', 'delete'], where: 'cluster' },
    for: { clean: 'with-node-changes' },
    why: 'which of them are left of a run',
  },
  {
    ...{ group: core, resource: 'nodes', verbs: ['list'], where: 'cluster', for: facts },
    why: 'which nodes have Kata, and what they have to give',
  },
  {
    ...{ group: core, resource: 'nodes', verbs: ['get'], where: 'cluster', for: checks },
    why: "the boot id of a node, to tell its kernel from a guest's; whether it is still ready",
  },
  {
    ...{ group: node, resource: 'runtimeclasses', verbs: ['list'], where: 'cluster', for: { ...facts, clean: always } },
    why: "which RuntimeClasses are Kata's, and which are left of a run",
  },
  {
    ...{ group: node, resource: 'runtimeclasses', verbs: ['get'], where: 'cluster', for: checks },
    why: 'what a RuntimeClass declares: handler, overhead, scheduling',
  },
  {
    ...{ group: node, resource: 'runtimeclasses', verbs: ['create'], where: 'cluster', for: checks, optional: true },
    why: 'RuntimeClasses of the run for the claims about missing handlers',
  },
  {
    ...{ group: node, resource: 'runtimeclasses', verbs: ['delete'], where: 'cluster', optional: true },
    for: { ...checks, clean: always },
    why: 'their removal',
  },
  {
    ...{
      group: 'kyverno.io',
      resource: 'clusterpolicies',
      verbs: ['list'],
      where: 'cluster',
      for: facts,
      optional: true,
    },
    why: 'policies of Kyverno that give pods a RuntimeClass',
  },
  {
    ...{ group: 'kyverno.io', resource: 'clusterpolicies', verbs: ['create', 'watch', 'delete'], where: 'cluster' },
    ...{ for: { run: 'with-cluster-policy', upgrade: 'with-cluster-policy' }, optional: true },
    why: "a policy that gives pods of the run's own namespaces a RuntimeClass",
  },
  {
    ...{ group: 'kyverno.io', resource: 'clusterpolicies', verbs: ['list', 'delete'], where: 'cluster' },
    ...{ for: { clean: 'with-cluster-policy' }, optional: true },
    why: 'which of them are left of a run',
  },
  {
    ...{
      group: 'kyverno.io',
      resource: 'policyexceptions',
      verbs: ['list'],
      where: 'cluster',
      for: facts,
      optional: true,
    },
    why: 'what exempts kata-deploy from them',
  },
  {
    ...{ group: 'storage.k8s.io', resource: 'storageclasses', verbs: ['list'], where: 'cluster', for: facts },
    optional: true,
    why: 'the default one, and whether those that the operator names are there',
  },
  {
    ...{ group: 'apps', resource: 'daemonsets', verbs: ['list'], where: 'cluster', for: facts, optional: true },
    why: "kata-deploy's release, by the image of its DaemonSet",
  },
  {
    ...{ group: 'apps', resource: 'deployments', verbs: ['create', 'delete', 'list', 'patch', 'watch'], where: 'own' },
    ...{ for: checks, optional: true },
    why: 'Deployments of the claims about pods that controllers make',
  },
  {
    ...{ group: 'batch', resource: 'jobs', verbs: ['create', 'delete', 'watch'], where: 'own' },
    ...{ for: checks, optional: true },
    why: 'Jobs, likewise',
  },
  {
    ...{ group: 'batch', resource: 'cronjobs', verbs: ['create', 'delete', 'list', 'patch', 'watch'], where: 'own' },
    ...{ for: checks, optional: true },
    why: 'a CronJob, likewise, which is suspended once its first Job has ended',
  },
  {
    ...{ group: 'batch', resource: 'jobs', verbs: ['list'], where: 'cluster', for: facts, optional: true },
    why: 'the same, where kata-deploy is a Job for each node',
  },
  {
    ...{ group: core, resource: 'configmaps', verbs: ['list'], where: 'kata-deploy', for: facts, optional: true },
    why: "kata-deploy's custom runtimes and their drop-ins",
  },
  {
    ...{ group: core, resource: 'configmaps', verbs: ['get'], where: 'cluster', for: facts, optional: true },
    names: ['cilium-config'],
    why: "how Cilium is set, by its agents' own ConfigMap",
  },
  {
    ...{ group: core, resource: 'services', verbs: ['create', 'delete'], where: 'own', for: checks, optional: true },
    why: 'Services in front of pods of the checks',
  },
  {
    ...{ group: 'networking.k8s.io', resource: 'networkpolicies', verbs: ['create', 'delete'], where: 'own' },
    ...{ for: checks, optional: true },
    why: 'NetworkPolicies for pods of the checks',
  },
  {
    ...{ group: 'apps', resource: 'daemonsets', verbs: ['list'], where: 'cluster', for: upgrade },
    why: "kata-deploy's DaemonSet, whose rollout is watched",
  },
  {
    ...{ group: 'apps', resource: 'daemonsets', verbs: ['watch'], where: 'kata-deploy', for: upgrade },
    why: 'when the new kata-deploy is rolled out',
  },
  {
    ...{ group: 'apps', resource: 'daemonsets', verbs: ['patch'], where: 'kata-deploy' },
    for: { upgrade: 'with-canary' },
    why: 'its updateStrategy, OnDelete while the first node alone has the new release',
  },
  {
    ...{ group: core, resource: 'pods', verbs: ['delete'], where: 'kata-deploy', for: { upgrade: 'with-canary' } },
    why: 'its pod on that node, which then is made anew',
  },
  {
    ...{ group: core, resource: 'nodes', verbs: ['watch'], where: 'cluster', for: upgrade },
    why: 'nodes that become not ready, or lose and regain their labels, while Kata is replaced',
  },
]

export interface AccessWanted {
  readonly command: ClusterCommand
  readonly probe: boolean
  readonly nodeChanges: boolean
  readonly shards?: boolean
  readonly clusterPolicy?: boolean
  readonly canary?: boolean
  /** Minor version of Kubernetes; null: of any. */
  readonly minor: number | null
}

/** The rules of one command, in order. */
export const accessFor = ({
  command,
  probe,
  nodeChanges,
  shards = false,
  clusterPolicy = false,
  canary = false,
  minor,
}: AccessWanted): AccessRule[] =>
  accessRules.filter((each) => {
    const when = each.for[command]
    const holds = {
      always: true,
      'with-probe': probe,
      'with-node-changes': nodeChanges,
      'with-shards': shards,
      'with-cluster-policy': clusterPolicy,
      'with-canary': canary,
    }
    return when !== undefined && holds[when] && (minor === null || minor >= (each.since ?? 0))
  })

/** The flags of `rbac` that ask for these rights; each begins with a blank. */
export const rbacFlags = ({ nodeChanges, shards, clusterPolicy, canary }: Omit<AccessWanted, 'minor'>): string =>
  [
    nodeChanges ? ' --allow-node-changes' : '',
    shards ? ' --shards' : '',
    clusterPolicy ? ' --allow-cluster-policy' : '',
    canary ? ' --canary-node' : '',
  ].join('')
