import type { CheckContext } from '../../helpers/behaviour.ts'
import { inBlocks, type Measured, measuredOnce, type Reading } from '../../helpers/figures/inBlocks.ts'
import { footprint } from '../../helpers/node/footprint.ts'
import { guideRow } from '../../helpers/oracles/guideFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { type ComparedSide, own } from './sides.ts'

const execs = 5

/** Cold start and exec of the class beside another side, in blocks. */
export function startTimes(
  context: CheckContext<'watcher', unknown>,
  by: string,
  other: ComparedSide,
): Promise<Measured> {
  const { facts, runtimeClass } = context
  return measuredOnce(facts.cluster, `start ${runtimeClass ?? ''} ${other.suffix}`, by, () =>
    inBlocks(context, context.pods.watcher, {
      sides: [own(facts, runtimeClass), other],
      pod: busybox,
      async measure(pod, side, startSeconds) {
        const row = guideRow('start_time', side.facts)
        const documented = typeof row?.['no_pvc'] === 'number' ? row['no_pvc'] : null
        const head = { unit: 's', better: 'lower' } as const
        const watched =
          'busybox:1.36 without volumes, image on the node; API create until the watch saw Ready, monotonic clock of the suite'
        return [
          { ...head, metric: 'cold-start', method: watched, documented, value: startSeconds },
          ...byConditions(pod),
          ...(await roundTrips(pod)),
          await memory(context, pod),
        ]
      },
    }),
  )
}

interface Conditions {
  readonly conditions?: readonly {
    readonly type: string
    readonly status: string
    readonly lastTransitionTime?: string
  }[]
}

/** The pod's own account of its start. Times of the API have 1 s: a step within one counts as half of it. */
function byConditions({ object }: PodHandle): Reading[] {
  const created = Date.parse(object.metadata.creationTimestamp ?? '')
  const { conditions = [] } = object.status as Conditions
  const steps = { PodReadyToStartContainers: 'cold-start-sandbox', Ready: 'cold-start-ready' }
  return Object.entries(steps).flatMap(([type, metric]) => {
    const at = conditions.find((each) => each.type === type && each.status === 'True')?.lastTransitionTime
    if (at === undefined) return []
    const value = Math.max(0.5, (Date.parse(at) - created) / 1000)
    const method = `creationTimestamp until lastTransitionTime of condition ${type}, both by the API in whole seconds`
    return [{ metric, unit: 's', better: 'lower', method, value } as const]
  })
}

/** Of a sandbox in which nothing has happened but its start and those round trips. */
async function memory({ node }: Pick<CheckContext<string, unknown>, 'node'>, pod: PodHandle): Promise<Reading> {
  const { pssMiB } = await footprint(node, pod)
  const method = 'PSS of shim, hypervisor and virtiofsd after the start, from smaps_rollup on the node'
  return { metric: 'sandbox-memory', unit: 'MiB', better: 'lower', method, value: pssMiB }
}

async function roundTrips(pod: PodHandle): Promise<Reading[]> {
  const readings: Reading[] = []
  for (let turn = 0; turn < execs; turn += 1) {
    const asked = performance.now()
    await pod.read(['cat', '/proc/uptime'])
    const method =
      'exec of cat /proc/uptime through the API server, request until exit status, monotonic clock of the suite'
    readings.push({ metric: 'exec-round-trip', unit: 'ms', better: 'lower', method, value: performance.now() - asked })
  }
  return readings
}
