import { dump } from 'js-yaml'
import type { AccessRule } from '../engine/access/accessRule.ts'
import type { KubeObject } from '../helpers/cluster/cluster.ts'
import { rbacObjects, type RbacOptions } from './rbacObjects.ts'

const head = (command: string): readonly string[] => [
  `What kata-conformance ${command} asks of the API server, and nothing else.`,
  'Not in here, because every authenticated user of a cluster has it unless somebody took it away: discovery (ClusterRole system:discovery)',
  'and asking for one’s own rights (system:basic-user).',
]

const ownNamespaces: readonly string[] = [
  'Rights in the namespaces of the run are granted in the whole cluster: the run makes these namespaces, their names carry its id, and RBAC',
  'grants neither by prefix nor in a namespace that is not there yet. Who may make namespaces and pods can have a privileged pod: trust this',
  'account as you trust an administrator of the nodes.',
]

const upgrade: readonly string[] = [
  'What replaces kata-deploy (helm, or the command that is given) runs with its own credentials and needs rights of its own.',
]

/** The manifests as YAML, each rule with its reason. */
export function rbacText(command: string, flags: string, options: RbacOptions): string {
  const notes = [
    ...head(`${command}${flags}`),
    ...(options.rules.some(({ where }) => where === 'own') ? ownNamespaces : []),
    ...(command === 'upgrade' ? upgrade : []),
  ]
  return [
    notes.map((line) => `# ${line}\n`).join(''),
    ...rbacObjects(options).map((each) => manifest(each, options)),
  ].join('---\n')
}

function manifest(object: KubeObject, options: RbacOptions): string {
  const { rules: _rules, ...rest } = object
  if (!('rules' in object)) return yaml(rest)
  const inRole = object.kind === 'Role'
  const rules = options.rules.filter(({ where }) => (where === 'kata-deploy') === inRole)
  return `${yaml(rest)}rules:\n${rules.map(ruleText).join('')}`
}

const ruleText = ({ group, resource, verbs, names, why }: AccessRule): string =>
  `  # ${why}\n  - apiGroups: [${JSON.stringify(group)}]\n    resources: [${resource}]\n${names === undefined ? '' : `    resourceNames: [${names.join(', ')}]\n`}    verbs: [${verbs.join(', ')}]\n`

const yaml = (value: object): string => dump(value, { lineWidth: -1, noRefs: true })
