import type { AccessRule } from '../../engine/access/accessRule.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { pullSecret } from '../../helpers/pods/pullSecret.ts'
import { rbacObjects } from '../rbacObjects.ts'
import { profileKey, runSeconds, type SuitePodOptions, suitePodSpec } from './suitePod.ts'

export interface JobOptions extends Omit<SuitePodOptions, 'profile' | 'pullSecret' | 'serviceAccount'> {
  /** Of the Job, its ServiceAccount and its ClusterRole. */
  readonly name: string
  readonly namespace: string
  /** False: the namespace is there and somebody else's. */
  readonly makeNamespace: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Content of a profile. */
  readonly profile: string | null
  /** Content of the config.json by which images are pulled. */
  readonly pullConfig: string | null
  /** Pods of an Indexed Job, each of which runs its shard; null: one pod, the whole run. */
  readonly shards: number | null
  /** What the suite may do. */
  readonly rules: readonly AccessRule[]
  /** Where kata-deploy is; null: nothing of it is read. */
  readonly kataNamespace: string | null
}

/** Everything that running the suite inside the cluster takes, in the order of creation. */
export function inClusterObjects(options: JobOptions): KubeObject[] {
  return [
    ...(options.makeNamespace ? [namespace(options)] : []),
    ...accessObjects(options),
    ...(options.profile === null ? [] : [profileMap(options, options.profile)]),
    ...(options.pullConfig === null
      ? []
      : [pullSecret({ ...options, name: pullNameOf(options), config: options.pullConfig })]),
    job(options),
  ]
}

const namespace = ({ namespace, labels }: JobOptions): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } },
})

/** The ServiceAccount and what it may do. */
function accessObjects({ name, namespace, labels, rules, kataNamespace }: JobOptions): KubeObject[] {
  const roles = rbacObjects({
    rules: kataNamespace === null ? rules.filter(({ where }) => where !== 'kata-deploy') : rules,
    name,
    kataNamespace: kataNamespace ?? '',
    subject: { kind: 'ServiceAccount', name, namespace },
  })
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } },
    ...roles.map((role) => ({ ...role, metadata: { ...role.metadata, labels } })),
  ]
}

/** Not the name that the suite's own Secrets have: it may be its namespace. */
const pullNameOf = ({ name }: Pick<JobOptions, 'name'>): string => `${name}-job-pull`

const profileMap = ({ name, namespace, labels }: JobOptions, profile: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data: { [profileKey]: profile },
})

function job({
  name,
  namespace,
  labels,
  image,
  arguments: given,
  profile,
  pullConfig,
  shards,
}: JobOptions): KubeObject {
  // A run is not repeated behind anybody's back: its verdict is the answer. A shard that ends with another code than 0 must not end the
  // others (Kubernetes 1.29 and later know the limit per index).
  const attempts =
    shards === null
      ? { backoffLimit: 0 }
      : { completionMode: 'Indexed', completions: shards, parallelism: shards, backoffLimitPerIndex: 0 }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      ...attempts,
      activeDeadlineSeconds: runSeconds,
      template: {
        metadata: { labels },
        spec: suitePodSpec({
          image,
          arguments: [
            ...given,
            ...(shards === null ? [] : ['--shards', String(shards), '--shard-index', '$(JOB_COMPLETION_INDEX)']),
          ],
          profile: profile === null ? null : name,
          pullSecret: pullConfig === null ? null : pullNameOf({ name }),
          serviceAccount: name,
        }),
      },
    },
  }
}
