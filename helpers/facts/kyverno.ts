import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import { isConnectionTrouble } from '../cluster/connectionTrouble.ts'
import { known, unknown, type Fact } from './fact.ts'
import { namespaceLabels, type Rule } from './kyvernoScope.ts'

/** A ClusterPolicy that gives pods without runtimeClassName a RuntimeClass. */
export interface DefaultClassPolicy {
  readonly name: string
  readonly runtimeClass: string
  /** Labels of the namespaces that it is about; empty: all. Unknown where it chooses its pods in any other way. */
  readonly namespaceLabels: Fact<Readonly<Record<string, string>>>
}

/** A PolicyException: which policies it lifts, and for which namespaces. */
export interface PolicyException {
  readonly name: string
  readonly policies: readonly string[]
  readonly namespaces: readonly string[]
}

/** On everything that a run makes. */
const runLabel = 'kata-conformance.dev/run'

export interface KyvernoFacts {
  readonly kyverno: Fact<boolean>
  readonly policies: readonly string[]
  readonly defaultClassPolicies: readonly DefaultClassPolicy[]
  readonly policyExceptions: readonly PolicyException[]
}

/**
 * Kyverno and what of its policies concerns RuntimeClasses. Absent where its API is not served. Throws ApiError when nobody answers. Source: Kyverno's
 * documentation, "Mutate Rules" (patchStrategicMerge with add-if-not-present anchors, patchesJson6902) and "Policy Exceptions".
 */
export async function detectKyverno(cluster: Pick<Cluster, 'raw'>): Promise<KyvernoFacts> {
  const [policies, exceptions] = await Promise.all([
    listed(cluster, '/apis/kyverno.io/v1/clusterpolicies'),
    listed(cluster, '/apis/kyverno.io/v2/policyexceptions'),
  ])
  // What a run made for its own namespaces says nothing of the cluster.
  const ofCluster = policies.items.filter(({ metadata }) => metadata.labels?.[runLabel] === undefined)
  return {
    // Who may not see what lifts policies cannot say what they do.
    kyverno: policies.fact.value === true && exceptions.fact.value === null ? exceptions.fact : policies.fact,
    policies: ofCluster.map(({ metadata }) => metadata.name ?? ''),
    defaultClassPolicies: ofCluster.flatMap(defaultClassPolicies),
    policyExceptions: exceptions.items.map(policyException),
  }
}

async function listed(
  cluster: Pick<Cluster, 'raw'>,
  path: string,
): Promise<{ fact: Fact<boolean>; items: KubeObject[] }> {
  try {
    const { items = [] } = (await cluster.raw(path)) as { items?: KubeObject[] }
    return { fact: known(true, `${path} is served and lists ${items.length}`), items }
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    const { code, message } = error as { code?: unknown; message: string }
    return { fact: code === 404 ? known(false, `${path} is not served`) : unknown(message), items: [] }
  }
}

/** The rules of a policy that set runtimeClassName. */
export function defaultClassPolicies({ metadata, spec: ofPolicy }: KubeObject): readonly DefaultClassPolicy[] {
  const { rules = [], webhookConfiguration } = (ofPolicy ?? {}) as {
    rules?: readonly Rule[]
    webhookConfiguration?: unknown
  }
  return rules.flatMap((rule) => {
    const { mutate } = rule
    const spec = mutate?.patchStrategicMerge?.spec ?? {}
    const merged = spec['+(runtimeClassName)'] ?? spec['runtimeClassName']
    const patched = /path:\s*"?\/spec\/runtimeClassName"?[\s\S]*?value:\s*"?([^"\s]+)"?/.exec(
      mutate?.patchesJson6902 ?? '',
    )?.[1]
    const runtimeClass = typeof merged === 'string' ? merged : patched
    if (runtimeClass === undefined) return []
    const name = metadata.name ?? ''
    const which = `rule ${rule.name ?? ''} of policy ${name}`
    return [{ name, runtimeClass, namespaceLabels: namespaceLabels(rule, webhookConfiguration, which) }]
  })
}

function policyException(object: KubeObject): PolicyException {
  const { exceptions = [], match } = (object['spec'] ?? {}) as {
    exceptions?: { policyName?: string }[]
    match?: unknown
  }
  return {
    name: `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`,
    policies: exceptions.flatMap(({ policyName }) => policyName ?? []),
    namespaces: namespacesIn(match),
  }
}

function namespacesIn(match: unknown): readonly string[] {
  if (typeof match !== 'object' || match === null) return []
  const own = (match as { namespaces?: unknown }).namespaces
  const listed = Array.isArray(own) ? own.filter((each) => typeof each === 'string') : []
  return [...listed, ...Object.values(match).flatMap(namespacesIn)]
}
