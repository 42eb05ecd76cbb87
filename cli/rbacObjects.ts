import type { AccessRule } from '../engine/access/accessRule.ts'
import type { KubeObject } from '../helpers/cluster/cluster.ts'

export interface Subject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group'
  readonly name: string
  /** Of a ServiceAccount. */
  readonly namespace?: string
}

export interface RbacOptions {
  readonly rules: readonly AccessRule[]
  /** Of each object. */
  readonly name: string
  /** Where kata-deploy is. */
  readonly kataNamespace: string
  /** Who gets the rights; null: no bindings. */
  readonly subject: Subject | null
}

const group = 'rbac.authorization.k8s.io'
const apiVersion = `${group}/v1`

/** ClusterRole, Role in kata-deploy's namespace where one is needed, and their bindings: what `kubectl apply` takes. */
export function rbacObjects(options: RbacOptions): KubeObject[] {
  const { rules, name, kataNamespace, subject } = options
  const cluster = rules.filter(({ where }) => where !== 'kata-deploy')
  const own = rules.filter(({ where }) => where === 'kata-deploy')
  return [
    ...roleAndBinding('Cluster', { name }, cluster, subject),
    ...roleAndBinding('', { name, namespace: kataNamespace }, own, subject),
  ]
}

function roleAndBinding(
  scope: 'Cluster' | '',
  metadata: { name: string; namespace?: string },
  rules: readonly AccessRule[],
  subject: Subject | null,
): KubeObject[] {
  if (rules.length === 0) return []
  const role: KubeObject = { apiVersion, kind: `${scope}Role`, metadata, rules: rules.map(policyRule) }
  if (subject === null) return [role]
  const binding: KubeObject = {
    apiVersion,
    kind: `${scope}RoleBinding`,
    metadata,
    roleRef: { apiGroup: group, kind: role.kind, name: metadata.name },
    subjects: [subject.kind === 'ServiceAccount' ? subject : { apiGroup: group, ...subject }],
  }
  return [role, binding]
}

const policyRule = ({ group, resource, verbs, names }: AccessRule) => ({
  apiGroups: [group],
  resources: [resource],
  ...(names === undefined ? {} : { resourceNames: [...names] }),
  verbs,
})
