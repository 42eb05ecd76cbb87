import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { pause } from '../../helpers/cluster/deadline.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { handlerOf, kataEvidence, nodeSelectorOf } from '../../helpers/facts/kataClass.ts'
import { kataLabel } from '../../helpers/facts/kataNode.ts'
import { detectDeployedVersion } from '../../helpers/facts/kataVersion.ts'
import { runsKata } from '../../helpers/node/containerdConfig.ts'
import type { HostProcess, NodeProbe } from '../../helpers/node/nodeProbe.ts'
import type { ClassState, ClusterState, NodeState } from '../../reports/record/upgradeJournal.ts'

/** A probe of the node, or why there is none. */
export type ProbeOn = (node: string) => Promise<NodeProbe>

/**
 * kata-deploy's release, the RuntimeClasses of Kata and what is on each node of Kata.
 * @param also nodes to look at although no label says that they have Kata any more
 */
export async function observe(cluster: Cluster, probeOn: ProbeOn, also: readonly string[] = []): Promise<ClusterState> {
  const [version, classes, nodes, pods] = await Promise.all([
    deployedVersion(cluster),
    kataClasses(cluster),
    cluster.list({ apiVersion: 'v1', kind: 'Node' }),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
  ])
  const folder = await installationFolder(cluster)
  const wanted = nodes.filter((node) => hasLabel(node) || also.includes(node.metadata.name ?? ''))
  const missing = also.filter((name) => !nodes.some(({ metadata }) => metadata.name === name))
  const states = await Promise.all(wanted.map((node) => nodeState(node, pods, folder, probeOn)))
  const gone = missing.map((node): NodeState => ({ ...nothingOf(node), unknown: 'the node is gone' }))
  return { version, classes, nodes: [...states, ...gone] }
}

/** Release that kata-deploy's image or chart names; null where there is none to see. */
export async function deployedVersion(cluster: Cluster): Promise<string | null> {
  const [sets, jobs] = await Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'DaemonSet' }),
    cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }).catch(() => []),
  ])
  return detectDeployedVersion([...sets, ...jobs], '').value
}

async function kataClasses(cluster: Cluster): Promise<ClassState[]> {
  const found = await cluster.list({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' })
  return found
    .filter((each) => kataEvidence(each, [], []) !== null)
    .map((each) => ({
      name: each.metadata.name ?? '',
      handler: handlerOf(each),
      overhead: (each['overhead'] as { podFixed?: Record<string, string> } | undefined)?.podFixed ?? null,
      nodeSelector: { ...nodeSelectorOf(each) },
    }))
    .sort((one, other) => one.name.localeCompare(other.name))
}

const hasLabel = ({ metadata }: KubeObject): boolean => metadata.labels?.[kataLabel] !== undefined

/** The kubelet reports it Ready. */
export const isReady = (node: KubeObject): boolean =>
  ((node['status'] ?? {}) as { conditions?: { type: string; status: string }[] }).conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  ) ?? false

const nothingOf = (node: string): NodeState => ({
  node,
  unknown: null,
  ready: false,
  label: null,
  version: null,
  handlers: [],
  files: {},
  orphans: [],
})

async function nodeState(
  node: KubeObject,
  pods: readonly KubeObject[],
  folder: string,
  probeOn: ProbeOn,
): Promise<NodeState> {
  const name = node.metadata.name ?? ''
  const state = { ...nothingOf(name), ready: isReady(node), label: node.metadata.labels?.[kataLabel] ?? null }
  if (!state.ready) return { ...state, unknown: 'the node is not Ready' }
  try {
    const probe = await probeOn(name)
    const [version, containerd, files, orphans] = await Promise.all([
      probe.readFileIfThere(`${folder}/VERSION`),
      probe.containerd(),
      probe.inventory(folder),
      orphansOn(
        probe,
        pods.filter((pod) => onNode(pod, name)),
        folder,
      ),
    ])
    return {
      ...state,
      version: version?.trim() ?? null,
      handlers: (containerd?.runtimes ?? [])
        .filter(runsKata)
        .map(({ handler }) => handler)
        .sort(),
      files: Object.fromEntries((files ?? []).map(({ path, bytes }) => [path, bytes])),
      orphans,
    }
  } catch (error) {
    return { ...state, unknown: (error as Error).message }
  }
}

interface PodFields {
  readonly nodeName?: string
  readonly runtimeClassName?: string
}

const onNode = (pod: KubeObject, node: string): boolean => {
  const { nodeName, runtimeClassName } = pod['spec'] as PodFields
  return nodeName === node && runtimeClassName !== undefined
}

/** How long a sandbox whose pod has just gone may take to end, ms. */
const ENDING_MS = 30_000

/** Programs of sandboxes; what else is installed with Kata (its monitor, snapshotters) runs for no pod. */
const ofSandboxes = /^(containerd-shim|qemu-system|cloud-hyperviso|firecracker|stratovirt|virtiofsd)/

/**
 * Processes of sandboxes that no pod of the node has, once those of pods that have just gone had their time. A sandbox's id is in the arguments of all its
 * processes. A process table has no watch.
 */
async function orphansOn(probe: NodeProbe, pods: readonly KubeObject[], folder: string): Promise<string[]> {
  const known = await Promise.all(
    pods.map(({ metadata }) =>
      probe.sandbox(metadata.uid ?? '').then(
        ({ sandboxId }) => sandboxId,
        () => null,
      ),
    ),
  )
  const isOrphan = ({ exe, comm, argv }: HostProcess) =>
    exe.startsWith(`${folder}/`) &&
    ofSandboxes.test(comm) &&
    !known.some((id) => id !== null && argv.join(' ').includes(id))
  const deadline = Date.now() + ENDING_MS
  let left = (await probe.processes()).filter(isOrphan)
  while (left.length > 0 && Date.now() < deadline) {
    await pause(2000, new AbortController().signal)
    const pids = new Set(left.map(({ pid }) => pid))
    left = (await probe.processes()).filter((each) => pids.has(each.pid) && isOrphan(each))
  }
  return left.map(({ comm, pid }) => `${comm} (${pid})`)
}
