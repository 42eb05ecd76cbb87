import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { pause } from '../../helpers/cluster/deadline.ts'
import { kataDeployImage } from '../../helpers/facts/kataVersion.ts'
import { kataLabel } from '../../helpers/facts/kataNode.ts'
import { releaseOf } from '../../helpers/deployment/kataDeploy.ts'
import type { NodeRollout } from '../../reports/record/upgradeJournal.ts'
import { kataDeploySet } from './kataDeploySet.ts'
import { isReady, type ProbeOn } from './observe.ts'

export interface RolloutWatch {
  /** Waits until each node has the release that kata-deploy's image names now, or the deadline. */
  finish(probeOn: ProbeOn, timeoutMs: number): Promise<NodeRollout[]>
  /** Of the first node alone: the others are held. */
  finishOne(probeOn: ProbeOn, timeoutMs: number): Promise<NodeRollout>
  stop(): void
}

interface Life {
  readonly steps: string[]
  notReadySince: number | null
  notReadyMs: number
  last: string
}

/** Watches the nodes from before the command on: what happens while it runs is part of the rollout. */
export function watchRollout(cluster: Cluster, nodes: readonly string[], signal: AbortSignal): RolloutWatch {
  const began = Date.now()
  const stopped = new AbortController()
  const both = AbortSignal.any([signal, stopped.signal])
  const lives = new Map(nodes.map((node): [string, Life] => [node, newLife()]))
  for (const [node, life] of lives)
    void cluster
      .waitFor(
        { apiVersion: 'v1', kind: 'Node', name: node },
        (object) => {
          note(life, object, began)
          return false
        },
        { signal: both, timeoutMs: 86_400_000, what: 'the end of the upgrade' },
      )
      .catch(() => undefined)
  const told = (result: Pick<NodeRollout, 'node' | 'done' | 'what'>): NodeRollout => {
    const { notReadySince, notReadyMs, steps } = lives.get(result.node) ?? newLife()
    const open = notReadySince === null ? 0 : Date.now() - notReadySince
    return { ...result, held: false, notReadySeconds: Math.round((notReadyMs + open) / 1000), steps }
  }
  return {
    async finish(probeOn, timeoutMs) {
      const deadline = Date.now() + timeoutMs
      const why = await rolledOut(cluster, timeoutMs, signal)
      return Promise.all(
        nodes.map(async (node) => told(await nodeDone(cluster, node, probeOn, { deadline, signal, why }))),
      )
    },
    async finishOne(probeOn, timeoutMs) {
      const deadline = Date.now() + timeoutMs
      return told(await nodeDone(cluster, nodes[0] ?? '', probeOn, { deadline, signal, why: null }))
    },
    stop: () => stopped.abort(),
  }
}

const newLife = (): Life => ({ steps: [], notReadySince: null, notReadyMs: 0, last: '' })

function note(life: Life, node: KubeObject, began: number): void {
  const ready = isReady(node)
  const label = node.metadata.labels?.[kataLabel] ?? 'absent'
  const now = `${ready ? 'Ready' : 'NotReady'}, ${kataLabel}=${label}`
  if (now === life.last) return
  life.last = now
  life.steps.push(`${Math.round((Date.now() - began) / 1000)} s: ${now}`)
  if (!ready) life.notReadySince ??= Date.now()
  else if (life.notReadySince !== null) {
    life.notReadyMs += Date.now() - life.notReadySince
    life.notReadySince = null
  }
}

/** Null when the DaemonSet is rolled out, or there is none (Job mode); else what it still lacks. */
async function rolledOut(cluster: Cluster, timeoutMs: number, signal: AbortSignal): Promise<string | null> {
  const set = await kataDeploySet(cluster)
  if (set === null) return null
  const { namespace, name = '' } = set.metadata
  let last = ''
  return cluster
    .waitFor(
      { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name },
      (object) => {
        const status = (object['status'] ?? {}) as Record<string, number>
        const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0, numberReady = 0 } = status
        last = `${updated} of ${desired} pods are of the new revision, ${numberReady} ready`
        const seen = (status['observedGeneration'] ?? 0) >= Number(object.metadata['generation'] ?? 0)
        return seen && updated === desired && numberReady === desired
      },
      { signal, timeoutMs, what: `DaemonSet ${name} rolled out` },
    )
    .then(
      () => null,
      () => last,
    )
}

/** The pod of kata-deploy on the node, its release and what keeps it from being ready. */
async function installerOn(
  cluster: Cluster,
  node: string,
): Promise<{ release: string | null; trouble: string | null }> {
  const set = await kataDeploySet(cluster)
  if (set === null) return { release: null, trouble: null }
  const { namespace } = set.metadata
  const wanted = releaseOf(kataDeployImage(set) ?? '')
  const pods = await cluster.list({
    apiVersion: 'v1',
    kind: 'Pod',
    ...(namespace ? { namespace } : {}),
    fieldSelector: `spec.nodeName=${node}`,
  })
  const own = pods.filter((pod) => kataDeployImage({ ...set, spec: { template: pod } }) !== null)
  if (own.length === 0) return { release: wanted, trouble: 'no pod of kata-deploy is there' }
  const waiting = own.flatMap((pod) => {
    const status = (pod['status'] ?? {}) as {
      containerStatuses?: { state?: { waiting?: { reason?: string; message?: string } } }[]
    }
    return (status.containerStatuses ?? []).flatMap(({ state }) =>
      state?.waiting ? [`${state.waiting.reason ?? ''}: ${state.waiting.message ?? ''}`] : [],
    )
  })
  return { release: wanted, trouble: waiting[0] ?? null }
}

/** Ready, labelled, and with the release's own VERSION on it: before 3.31 a ready pod of kata-deploy has not installed yet. A file has no watch. */
async function nodeDone(
  cluster: Cluster,
  node: string,
  probeOn: ProbeOn,
  { deadline, signal, why }: { deadline: number; signal: AbortSignal; why: string | null },
): Promise<Pick<NodeRollout, 'node' | 'done' | 'what'>> {
  const look = async (): Promise<string | null> => {
    const object = await cluster.find({ apiVersion: 'v1', kind: 'Node', name: node })
    if (!object) return 'the node is gone'
    if (!isReady(object)) return 'the node is not Ready'
    const { release, trouble } = await installerOn(cluster, node)
    if (trouble !== null) return trouble
    const label = object.metadata.labels?.[kataLabel]
    if (label !== 'true') return `label ${kataLabel} is ${label ?? 'absent'}`
    const version = (await (await probeOn(node)).readFileIfThere('/opt/kata/VERSION'))?.trim() ?? null
    if (release !== null && version !== null && version !== release)
      return `it still has Kata ${version}, not ${release}`
    return null
  }
  for (;;) {
    const missing = await look().catch((error: unknown) => (error as Error).message)
    if (missing === null && why === null) return { node, done: true, what: 'has the new release' }
    if (missing === null) return { node, done: true, what: `has the new release; of all: ${why ?? ''}` }
    if (Date.now() >= deadline) return { node, done: false, what: missing }
    await pause(2000, signal)
  }
}
