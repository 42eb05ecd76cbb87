import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import { isConnectionTrouble } from '../cluster/connectionTrouble.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { patientProbes } from '../node/onEachNode.ts'
import { agree } from './agree.ts'
import { detectCilium } from './cilium.ts'
import { detectClassFacts } from './classFacts.ts'
import { classNodes } from './classNodes.ts'
import { customRuntimes } from './customRuntimes.ts'
import { detectDefaultRuntime } from './defaultRuntime.ts'
import { detectDistribution } from './distribution.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ClusterFacts } from './facts.ts'
import type { DeclaredClass } from '../profile/profile.ts'
import { handlerOf, kataEvidence } from './kataClass.ts'
import { detectKyverno } from './kyverno.ts'
import { detectKataNode, hasKataLabel } from './kataNode.ts'
import {
  declaredKataVersion,
  detectDeployedVersion,
  detectNodeKataVersion,
  kataDeployImage,
  settleKataVersion,
} from './kataVersion.ts'
import { detectNodeFacts, nodeEvidence, type NodeEvidence } from './nodeFacts.ts'
import { listeningProbe } from './listeningProbe.ts'
import { podCost, requestsOfNodes } from './nodeRequests.ts'
import { detectMayCreateRuntimeClasses, detectMayReadKubelets, detectPrivilegedNamespace } from './permissions.ts'
import { detectStorageClass } from './storageClass.ts'

export interface DetectOptions {
  /** The probe of a node, or null where there is none. */
  readonly probes: (node: string) => NodeProbe | null
  /** RuntimeClasses that the operator names: they count as Kata's whatever else they look like. */
  readonly classes?: readonly string[]
  /** RuntimeClasses of the operator's profile, likewise; null without a profile. */
  readonly declared?: readonly (string | DeclaredClass)[] | null
  /** Kata's release as the profile says it: taken where the cluster does not tell. */
  readonly declaredVersion?: string | null
  /** Systems that the operator's profile says the cluster must have. */
  readonly declarations?: ClusterFacts['declarations']
  /** What else the operator's profile says. */
  readonly declaredDefaultClass?: string | null
  readonly declaresAllClasses?: boolean
  readonly production?: ClusterFacts['production']
  /** StorageClasses that the operator names. */
  readonly storageClasses?: { readonly block?: string; readonly filesystem?: string }
  /** Whether the suite has its privileged namespace already; asked with a dry run when not said. */
  readonly privilegedNamespace?: boolean | { readonly refused: string }
  /** Label selector of the pods that count as load of their node; all of them when not said. */
  readonly countedPods?: string
}

/**
 * Everything that the suite knows of a cluster. Only reads (one dry run apart). What may not be read, or needs a probe that is not
 * there, is unknown with the reason; what broke on a node is told in its `unread`. Throws ApiError when not even nodes and RuntimeClasses can be listed,
 * or when the API server does not answer.
 */
export async function detectFacts(cluster: Cluster, options: DetectOptions): Promise<ClusterFacts> {
  const counted = options.countedPods === undefined ? {} : { labelSelector: options.countedPods }
  const [
    version,
    nodeObjects,
    runtimeClasses,
    pods,
    deployment,
    cilium,
    mayCreate,
    mayReadKubelets,
    privileged,
    storage,
  ] = await Promise.all([
    kubernetesVersion(cluster),
    cluster.list({ apiVersion: 'v1', kind: 'Node' }),
    cluster.list({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' }),
    attempt('listing pods', () => cluster.listAs({ apiVersion: 'v1', kind: 'Pod', ...counted }, podCost)),
    kataDeploy(cluster),
    detectCilium(cluster),
    detectMayCreateRuntimeClasses(cluster),
    detectMayReadKubelets(cluster),
    options.privilegedNamespace === undefined
      ? detectPrivilegedNamespace(cluster)
      : privilegedNamespace(options.privilegedNamespace),
    attempt('listing StorageClasses', () => cluster.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })),
  ])
  const unread = new Map<string, string>()
  const patient = patientProbes()
  const evidence = await Promise.all(
    nodeObjects.map((node) => {
      const name = node.metadata.name ?? ''
      const probe = options.probes(name)
      return nodeEvidence(node, probe && listeningProbe(patient(probe), (why) => unread.set(name, `${name}: ${why}`)))
    }),
  )
  const versions = await Promise.all(
    evidence
      .filter(hasProbe)
      .map(async (each) => ({ node: each.name, fact: await detectNodeKataVersion(each.probe, each.containerd) })),
  )
  const kataVersion = declaredKataVersion(
    settleKataVersion(versions, deployment.version),
    options.declaredVersion ?? null,
  )

  const declared = options.declared?.map((each) => (typeof each === 'string' ? { name: each } : each)) ?? null
  const chosen = [...(options.classes ?? []), ...(declared ?? []).map(({ name }) => name)]
  const judged = runtimeClasses.map((runtimeClass) => ({
    runtimeClass,
    kata: kataEvidence(runtimeClass, runtimesOf(evidence, handlerOf(runtimeClass)), chosen),
    ...classNodes(runtimeClass, nodeObjects, {
      kataVersion: kataVersion.value,
      hasHandler: (node, handler) =>
        runtimesOf(
          evidence.filter(({ name }) => name === node),
          handler,
        ).length > 0,
    }),
  }))
  const classes = await Promise.all(
    judged.flatMap(({ runtimeClass, kata, names, withoutShim }) =>
      kata === null
        ? []
        : detectClassFacts({
            runtimeClass,
            kata,
            nodes: evidence.filter((each) => names.includes(each.name)),
            withoutShim,
            declared: declared?.find(({ name }) => name === runtimeClass.metadata.name) ?? null,
            custom: deployment.custom.find((each) => each.handler === handlerOf(runtimeClass)) ?? null,
            kataVersion: kataVersion.value,
          }),
    ),
  )
  const requests = requestsOfNodes(pods.value, pods.how)
  const someLabelled = nodeObjects.some(hasKataLabel)
  const nodes = await Promise.all(
    evidence.map((each) => {
      const { node, name, containerd } = each
      const here = judged.filter((judgement) => judgement.kata !== null && judgement.names.includes(name))
      const classesHere = here.map(({ runtimeClass }) => runtimeClass.metadata.name ?? '')
      const kata = detectKataNode({ node, someLabelled, classes: classesHere, containerd })
      return detectNodeFacts(each, kata, requests(name))
    }),
  )
  const runtimes = await Promise.all(
    evidence
      .filter(hasProbe)
      .map(async (each) => ({ node: each.name, fact: await detectDefaultRuntime(each.probe, each.containerd) })),
  )
  const brokenOn = (names: readonly string[]): { unread?: string } => {
    const why = names.map((name) => unread.get(name)).find((each) => each !== undefined)
    return why === undefined ? {} : { unread: why }
  }
  return {
    kubernetesVersion: version,
    kataVersion,
    kataDeployNamespaces: deployment.namespaces,
    distribution: detectDistribution(nodeObjects),
    defaultRuntime: agree(runtimes, 'only the node probe can tell, and no node has one'),
    nodes: nodes.map((node) => ({ ...node, ...brokenOn([node.name]) })),
    classes: classes.map((each) => ({ ...each, ...brokenOn(each.nodes) })),
    otherClasses: judged
      .filter(({ kata }) => kata === null)
      .map(({ runtimeClass }) => runtimeClass.metadata.name ?? ''),
    declared,
    declarations: options.declarations ?? [],
    storageClassNames: storage.value === null ? unknown(storage.how) : known(namesOf(storage.value), 'StorageClasses'),
    declaresAllClasses: options.declaresAllClasses ?? true,
    declaredVersion: options.declaredVersion ?? null,
    unreadable: [
      ...deployment.unreadable,
      ...(pods.value === null ? [pods.how] : []),
      ...(cilium.value === null ? [cilium.how] : []),
      ...(storage.value === null ? [storage.how] : []),
    ],
    privilegedNamespace: privileged,
    mayCreateRuntimeClasses: mayCreate,
    mayReadKubelets,
    nodeProbe: detectProbes(evidence),
    ...(await detectKyverno(cluster)),
    declaredDefaultClass: options.declaredDefaultClass ?? null,
    production: options.production ?? null,
    cilium,
    storageClassBlock: detectStorageClass(storage, 'Block', options.storageClasses?.block),
    storageClassFilesystem: detectStorageClass(storage, 'Filesystem', options.storageClasses?.filesystem),
  }
}

const namesOf = (objects: readonly KubeObject[]): readonly string[] =>
  objects.map(({ metadata }) => metadata.name ?? '')

const hasProbe = (evidence: NodeEvidence): boolean => evidence.probe !== null

const runtimesOf = (evidence: readonly NodeEvidence[], handler: string) =>
  evidence.flatMap((each) => each.containerd?.runtimes.filter((runtime) => runtime.handler === handler) ?? [])

function detectProbes(evidence: readonly NodeEvidence[]): Fact<boolean> {
  const probed = evidence.filter(hasProbe).map((each) => each.name)
  return probed.length > 0 ? known(true, `a probe runs on ${probed.join(', ')}`) : known(false, 'no node has a probe')
}

function privilegedNamespace(given: boolean | { readonly refused: string }): Fact<boolean> {
  if (typeof given === 'object')
    return known(false, `a namespace with Pod Security level privileged is refused: ${given.refused}`)
  return known(given, given ? 'the suite has one' : 'it could not be made')
}

async function kubernetesVersion(cluster: Cluster): Promise<Fact<string>> {
  const { gitVersion } = await cluster.version()
  return known(gitVersion, 'gitVersion of /version')
}

/** What kata-deploy's objects tell: its release and its custom runtimes. */
async function kataDeploy(cluster: Cluster) {
  const lists = await Promise.all(
    [
      ['apps/v1', 'DaemonSet'],
      ['batch/v1', 'Job'],
    ].map(([apiVersion = '', kind = '']) => attempt(`listing ${kind}s`, () => cluster.list({ apiVersion, kind }))),
  )
  const readable = lists.flatMap((each) => each.value ?? [])
  const workloads = readable.filter((each) => kataDeployImage(each) !== null)
  const why = lists.find((each) => each.value === null)?.how ?? ''
  const namespaces = [...new Set(workloads.map((each) => each.metadata.namespace ?? ''))]
  const maps = await Promise.all(
    namespaces.map((namespace) =>
      attempt(`listing ConfigMaps of namespace ${namespace}`, () =>
        cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }),
      ),
    ),
  )
  return {
    namespaces: workloads.length === 0 && why !== '' ? null : namespaces,
    unreadable: [...lists, ...maps].flatMap((each) => (each.value === null ? [each.how] : [])),
    version: detectDeployedVersion(workloads.length === 0 && why !== '' ? null : readable, why),
    custom: customRuntimes(maps.flatMap((each) => each.value ?? [])),
  }
}

/** A list that may be forbidden, or of a kind that the cluster has not: null then, with the reason. Throws ApiError when nobody answers. */
async function attempt<Item>(
  what: string,
  list: () => Promise<Item[]>,
): Promise<{ value: Item[] | null; how: string }> {
  try {
    return { value: await list(), how: '' }
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    return { value: null, how: `${what} failed: ${(error as Error).message}` }
  }
}
