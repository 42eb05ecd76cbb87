import type { Cluster, ExecResult } from '../../helpers/cluster/cluster.ts'
import { createNodeChanges, type RunInWorkshop, type UndoableChanges } from '../../helpers/node/createNodeChanges.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { nodeTag } from '../../helpers/node/workshopPod.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { pullSecretName } from '../../helpers/pods/pullSecret.ts'
import type { Journal } from '../journal/journal.ts'
import { CHANGED_NODES, type ChangedNodes, runLabels } from './labels.ts'
import type { Ledger } from './ledger.ts'
import type { RunNamespaces } from './namespaces.ts'
import type { Probes } from './probes.ts'

/** Workshop pods of the run, one a node, started when the first check changes that node. */
export interface Workshops {
  /** Changes of one arm on a node. Nothing starts before the first of them is made. */
  changesOn(node: string): UndoableChanges
  /** Removes from every changed node what is left of the run. Returns those that could not be swept: their record has to stay. */
  sweep(): Promise<readonly UnsweptNode[]>
}

export interface UnsweptNode {
  readonly node: string
  readonly why: string
}

export function createWorkshops(deps: {
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly journal: Journal
  readonly namespaces: RunNamespaces
  readonly runId: string
  /** The run's id, in a shard with its number: two shards never undo each other's changes. */
  readonly scope: string
  readonly images: ImageResolver
  readonly probes: Pick<Probes, 'require'>
}): Workshops {
  const { cluster, ledger, journal, namespaces, runId, scope, images, probes } = deps
  const running = new Map<string, Promise<RunInWorkshop>>()
  /** Nodes on which a workshop was asked to do something; where none has started nothing is to be swept. */
  const changed = new Set<string>()
  const image = images.resolve('busybox')
  let announced: Promise<unknown> = Promise.resolve()

  async function start(node: string): Promise<RunInWorkshop> {
    const namespace = namespaces.privileged
    if (namespace === null) throw new Error('the suite has no namespace of Pod Security level privileged')
    // Before the first change: whoever cleans up after a crash learns from the cluster which nodes to sweep. One after the other, so
    // that the longest list is written last.
    const record: ChangedNodes = { nodes: [...running.keys(), node], image, tag: nodeTag(scope) }
    const annotations = { [CHANGED_NODES]: JSON.stringify(record) }
    announced = announced.then(() =>
      cluster.patch({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { metadata: { annotations } }),
    )
    await announced
    journal.write({ event: 'note', text: `node ${node} is changed: what is made there is named ${nodeTag(scope)}` })
    return startIn(namespace, node)
  }

  const startIn = (namespace: string, node: string): Promise<RunInWorkshop> =>
    startWorkshop(cluster, {
      namespace,
      node,
      labels: runLabels(runId),
      image,
      ...(images.pullConfig === undefined ? {} : { imagePullSecrets: [pullSecretName] }),
      created: (pod) => ledger.created({ ...pod, apiVersion: 'v1', kind: 'Pod' }),
    })

  const workshopOn = (node: string): Promise<RunInWorkshop> => {
    const known = running.get(node) ?? start(node)
    running.set(node, known)
    return known
  }

  async function change(node: string, argv: readonly string[]): Promise<ExecResult> {
    const run = await workshopOn(node)
    changed.add(node)
    return run(argv)
  }

  /** What the workshop cannot do any more, its pod or its connection lost, a new one may. */
  async function sweepOne(node: string): Promise<UnsweptNode[]> {
    const namespace = namespaces.privileged ?? ''
    const sweepBy = async (run: Promise<RunInWorkshop>) => void (await sweepNode(await run, node, nodeTag(scope)))
    return sweepBy(workshopOn(node))
      .catch(() => sweepBy(startIn(namespace, node)))
      .then(
        () => [],
        (error: Error) => [{ node, why: error.message }],
      )
  }

  return {
    changesOn: (node) =>
      createNodeChanges((argv) => change(node, argv), node, nodeTag(scope), {
        has: (uid) => ledger.open.some((each) => each.kind === 'Pod' && each.uid === uid),
        sandbox: (uid) => probes.require(node).sandbox(uid),
      }),
    sweep: async () => (await Promise.all([...changed].map(sweepOne))).flat(),
  }
}
