import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { kubernetesMinor } from '../../helpers/facts/kubernetesMinor.ts'
import type { AccessRule } from './accessRule.ts'
import { accessFor, type AccessWanted, rbacFlags } from './accessRules.ts'

/** The user may not do what the command needs: said before anything is made that could not be removed again. Exit code 3. */
export class AccessError extends Error {
  readonly exitCode = 3
  constructor(message: string) {
    super(message)
    this.name = 'AccessError'
  }
}

/** The whole cluster, a namespace that the command made, or kata-deploy's. */
type Where = 'cluster' | { readonly own: string } | { readonly kataDeploy: string }

/**
 * Asks for each right that the command cannot do without (one SelfSubjectAccessReview each): those of the whole cluster first, those in a namespace
 * once it is there, because some clusters grant them to whoever makes one.
 * Throws AccessError that names every one that is lacking. Where nobody may ask, nothing is said: the request itself will tell.
 */
export async function checkAccess(cluster: Cluster, wanted: Omit<AccessWanted, 'minor'>, where: Where): Promise<void> {
  const minor = kubernetesMinor((await cluster.version()).gitVersion)
  const { place, ...namespace } = placeOf(where)
  const rules = accessFor({ ...wanted, minor }).filter((each) => !each.optional && each.where === place)
  const asked = rules.flatMap((rule) => rule.verbs.map((verb) => ({ rule, verb })))
  const lacking = await Promise.all(
    asked.map(async (each) => ((await may(cluster, each.rule, each.verb, namespace)) ? [] : [each])),
  )
  const found = lacking.flat()
  if (found.length > 0) throw new AccessError(textOf(cluster.context, wanted, found, where))
}

function placeOf(where: Where): { place: AccessRule['where']; namespace?: string } {
  if (where === 'cluster') return { place: 'cluster' }
  if ('own' in where) return { place: 'own', namespace: where.own }
  return { place: 'kata-deploy', namespace: where.kataDeploy }
}

async function may(cluster: Cluster, rule: AccessRule, verb: string, namespace: { namespace?: string }) {
  const [resource = '', subresource] = rule.resource.split('/')
  const of = { group: rule.group, resource, ...(subresource === undefined ? {} : { subresource }), ...namespace }
  return cluster.may(verb, of).catch((error: { code?: unknown }) => {
    if (error.code === 403) return true
    throw error
  })
}

function textOf(
  context: string,
  wanted: Omit<AccessWanted, 'minor'>,
  lacking: readonly { rule: AccessRule; verb: string }[],
  where: Where,
): string {
  const { command } = wanted
  const verbs = new Map<string, string[]>()
  for (const { rule, verb } of lacking) {
    const resource = rule.group === '' ? rule.resource : `${rule.resource}.${rule.group}`
    verbs.set(resource, [...(verbs.get(resource) ?? []), verb])
  }
  const said = [...verbs].map(([resource, each]) => `${each.join(', ')} ${resource}`)
  const { place, namespace } = placeOf(where)
  const within = {
    cluster: '',
    own: ` in the namespace ${namespace}, which it made`,
    'kata-deploy': ` in the namespace ${namespace}`,
  }[place]
  return `not permitted: the user of context ${context} cannot ${said.join('; ')}${within}. What ${command === 'upgrade' ? 'an' : 'a'} ${command} needs is printed by: kata-conformance rbac --for ${command}${rbacFlags(wanted)}`
}
