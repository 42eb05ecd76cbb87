import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { diffOfVersions } from '../../helpers/deployment/versions/diffOfVersions.ts'
import { UnknownReleaseError } from '../../helpers/deployment/versions/releases.ts'
import type { VersionChange } from '../../helpers/deployment/versions/versionChange.ts'
import { podRequests } from '../../helpers/facts/nodeRequests.ts'
import { mebibytes, millicores } from '../../helpers/facts/quantity.ts'
import { chartRelease } from '../../helpers/oracles/chart/chartRelease.ts'
import { dropInsOf } from '../../reports/record/dropIns.ts'
import type { ClassState, ClusterState, Remark } from '../../reports/record/upgradeJournal.ts'
import { RUN_LABEL } from '../cluster/labels.ts'
import { witnessRequests } from './witnesses/witnessPod.ts'
import type { WitnessPlan } from './witnesses/makeWitnesses.ts'

/** Release that an upgrade command names: --version 4.0.0, image.tag=4.0.0, kata-deploy-4.0.0.tgz. Null when none, or several. */
export function targetOf(command: readonly string[]): string | null {
  const named = command.flatMap((each) =>
    [...each.matchAll(/(?<![\d.])\d+\.\d+\.\d+(?![\d.]*\d)/g)].map(([text]) => text),
  )
  const [only, ...others] = new Set(named)
  return others.length > 0 ? null : (only ?? null)
}

export interface PreflightInput {
  readonly state: ClusterState
  readonly target: string | null
  readonly plans: readonly WitnessPlan[]
  readonly acceptHazards: boolean
}

/** What is to be known before anything is touched. `stops`: the upgrade is not begun. */
export async function preflight(cluster: Cluster, input: PreflightInput): Promise<Remark[]> {
  const [pods, nodes] = await Promise.all([
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
    cluster.list({ apiVersion: 'v1', kind: 'Node' }),
  ])
  const living = pods.filter((pod) => !['Succeeded', 'Failed'].includes(phaseOf(pod)))
  return [
    ...notReady(input.state),
    ...versionRemarks(input),
    ...dropIns(input.state),
    ...capacity(input, living, nodes),
    ...kataPods(input.state, living),
  ]
}

const phaseOf = (pod: KubeObject): string => ((pod['status'] ?? {}) as { phase?: string }).phase ?? ''

function notReady({ nodes }: ClusterState): Remark[] {
  if (nodes.length === 0)
    return [
      {
        weight: 'stops',
        subject: 'nodes',
        what: 'no node has the label of Kata: nothing could be watched',
        source: 'nodes',
      },
    ]
  return nodes
    .filter(({ ready }) => !ready)
    .map(({ node }) => ({
      weight: 'stops',
      subject: `node ${node}`,
      what: 'it is not Ready: an upgrade would not reach it',
      source: 'node status',
    }))
}

function versionRemarks({ state, target, acceptHazards }: PreflightInput): Remark[] {
  const unknown = (what: string): Remark[] => [
    { weight: 'act', subject: 'releases', what, source: 'kata-deploy’s image, the command' },
  ]
  if (state.version === null)
    return unknown('which release is installed is unknown: what changes cannot be told beforehand')
  if (target === null)
    return unknown(
      `from ${state.version} to an unknown release: give --to RELEASE, and what changes is told beforehand`,
    )
  try {
    return diffOfVersions(state.version, target)
      .changes.filter((change) => concerns(change, state.classes))
      .map((change) => ({
        weight: change.kind === 'hazard' && change.weight === 'disrupts' && !acceptHazards ? 'stops' : change.weight,
        subject: change.subject,
        what: `${(change.before ?? change.after) ? `${change.before ?? 'absent'} -> ${change.after ?? 'gone'}: ` : ''}${change.consequence}`,
        source: change.source,
      }))
  } catch (error) {
    if (error instanceof UnknownReleaseError) return unknown(error.message)
    throw error
  }
}

/** What the release's own configuration is read beneath. */
const dropIns = ({ nodes }: ClusterState): Remark[] =>
  nodes.flatMap((node): Remark[] => {
    const own = dropInsOf(node)
    if (own.length === 0) return []
    return [
      {
        weight: 'know',
        subject: `drop-ins of node ${node.node}`,
        what: `${own.join(', ')}: sandboxes read them over the new release's configuration; afterwards it is looked whether they are still there`,
        source: 'config.d on the node',
      },
    ]
  })

/** Classes that the cluster does not have are no concern of its upgrade. */
function concerns({ kind, subject }: VersionChange, classes: readonly ClassState[]): boolean {
  const has = (name: string) => classes.some((each) => each.name === name)
  const shim = /^shims\.([^.]+)\./.exec(subject)?.[1]
  if (shim !== undefined) return has(`kata-${shim}`)
  if (kind === 'class-gone' || kind === 'class-renamed' || kind === 'overhead')
    return has(/RuntimeClass (\S+)/.exec(subject)?.[1] ?? '')
  if (kind === 'default-shim') return has('kata')
  return kind !== 'value-new'
}

interface Amount {
  readonly cpu: number
  readonly mib: number
}

const overheadOf = ({ overhead }: ClassState): Amount => ({
  cpu: millicores(overhead?.['cpu'] ?? '0'),
  mib: mebibytes(overhead?.['memory'] ?? '0'),
})

/** Overhead of a class after the upgrade: the chart's, where the cluster has the chart's now; else its own values stay. */
export function expectedOverhead(
  state: ClusterState,
  target: string | null,
): Record<string, Record<string, string> | null> {
  return Object.fromEntries(
    state.classes.map(({ name, handler, overhead }) => {
      const shim = handler.replace(/^kata-/, '')
      const now = chartRelease(state.version)?.overhead(shim) ?? null
      const then = chartRelease(target)?.overhead(shim) ?? null
      const isCharts =
        now !== null &&
        overhead?.['memory'] === now.memory &&
        millicores(overhead['cpu'] ?? '0') === millicores(now.cpu)
      return [name, isCharts && then !== null ? { ...then } : overhead]
    }),
  )
}

/** Room for the witnesses now, and for the Kata pods of each node once they are made again with the new overhead. */
function capacity(
  { state, target, plans }: PreflightInput,
  pods: readonly KubeObject[],
  nodes: readonly KubeObject[],
): Remark[] {
  const expected = expectedOverhead(state, target)
  return state.nodes.flatMap(({ node }): Remark[] => {
    const object = nodes.find(({ metadata }) => metadata.name === node)
    const { allocatable = {} } = (object?.['status'] ?? {}) as { allocatable?: Record<string, string> }
    const here = pods.filter((pod) => (pod['spec'] as { nodeName?: string }).nodeName === node)
    const used = here.map(podRequests)
    const free: Amount = {
      cpu: millicores(allocatable['cpu'] ?? '0') - used.reduce((sum, each) => sum + each.millicores, 0),
      mib: mebibytes(allocatable['memory'] ?? '0') - used.reduce((sum, each) => sum + each.mebibytes, 0),
    }
    const own = plans.filter((plan) => plan.node === node)
    const asked = own.map(({ runtimeClass, stream }) => {
      const found = state.classes.find(({ name }) => name === runtimeClass)
      const overhead = found ? overheadOf(found) : { cpu: 0, mib: 0 }
      const count = stream ? 3 : 1
      return {
        cpu: count * (overhead.cpu + millicores(witnessRequests.cpu)),
        mib: count * (overhead.mib + mebibytes(witnessRequests.memory)),
      }
    })
    const need = {
      cpu: asked.reduce((sum, { cpu }) => sum + cpu, 0),
      mib: asked.reduce((sum, { mib }) => sum + mib, 0),
    }
    const more = here.reduce((sum, pod) => sum + growth(pod, state, expected), 0)
    const source = 'allocatable of the node, requests and overhead of its pods'
    const remarks: Remark[] = []
    if (need.cpu > free.cpu || need.mib > free.mib)
      remarks.push({
        weight: 'stops',
        subject: `node ${node}`,
        what: `no room for its witnesses: ${need.cpu}m CPU and ${Math.ceil(need.mib)} MiB are asked for, ${free.cpu}m and ${Math.floor(free.mib)} MiB are free; fewer with --runtime-class`,
        source,
      })
    if (more > free.mib)
      remarks.push({
        weight: 'stops',
        subject: `node ${node}`,
        what: `its Kata pods would ask for ${Math.ceil(more)} MiB more once they are made again with the new overhead, and ${Math.floor(free.mib)} MiB are free`,
        source,
      })
    return remarks
  })
}

function growth(
  pod: KubeObject,
  { classes }: ClusterState,
  expected: Record<string, Record<string, string> | null>,
): number {
  const { runtimeClassName } = pod['spec'] as { runtimeClassName?: string }
  const found = classes.find(({ name }) => name === runtimeClassName)
  if (!found) return 0
  return mebibytes(expected[found.name]?.['memory'] ?? '0') - overheadOf(found).mib
}

function kataPods({ classes }: ClusterState, pods: readonly KubeObject[]): Remark[] {
  const names = new Set(classes.map(({ name }) => name))
  const found = pods.filter(
    (pod) =>
      names.has((pod['spec'] as { runtimeClassName?: string }).runtimeClassName ?? '') &&
      pod.metadata.labels?.[RUN_LABEL] === undefined,
  )
  if (found.length === 0) return [{ weight: 'know', subject: 'running Kata pods', what: 'none', source: 'pods' }]
  return found.map((pod) => {
    const { nodeName = 'no node', runtimeClassName = '' } = pod['spec'] as {
      nodeName?: string
      runtimeClassName?: string
    }
    return {
      weight: 'know',
      subject: `pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`,
      what: `runs on ${nodeName} with ${runtimeClassName}: it goes through the upgrade too`,
      source: 'pods',
    }
  })
}
