import type { ContainerRecord } from './containerRecord.ts'
import { hasRun, type Phase } from './podPhase.ts'
import { specOf } from './podSpec.ts'
import { isReady, type PodView } from './podStatus.ts'

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastProbeTime?: null
  lastTransitionTime?: string
}

type Made = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** The kubelet's conditions in the kubelet's order (pkg/kubelet/status/generate.go, 1.34; order as recorded). */
export function podConditions(view: PodView, phase: Phase, foreign: readonly Condition[]): Made[] {
  const ready = containersReady(view, phase)
  const { pending, inProgress } = view.resize
  return [
    ...(pending ? [{ type: 'PodResizePending', status: 'True' as const, ...pending }] : []),
    ...(inProgress ? [{ type: 'PodResizeInProgress', status: 'True' as const, ...inProgress }] : []),
    { type: 'PodReadyToStartContainers', status: view.sandboxReady ? 'True' : 'False' },
    { type: 'Initialized', ...initialized(view, phase) },
    { type: 'Ready', ...podReady(view, ready, foreign) },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ]
}

type Verdict = Omit<Made, 'type'>
const names = (records: readonly ContainerRecord[]) => `[${records.map((record) => record.spec.name).join(' ')}]`

function initialized(view: PodView, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  if (view.containers.some((record) => record.role === 'main' && hasRun(record))) return { status: 'True' }
  const incomplete = view.containers.filter(
    (record) =>
      (record.role === 'init' && !isReady(record)) ||
      (record.role === 'sidecar' && !(record.state.kind === 'running' && record.started)),
  )
  if (!incomplete.length) return { status: 'True' }
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${names(incomplete)}`,
  }
}

function containersReady(view: PodView, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  const counted = view.containers.filter((record) => record.role === 'sidecar' || record.role === 'main')
  const unready = counted.filter((record) => !isReady(record))
  // a pod that never had a container keeps the plain reason when it is ended (recorded: deleted before its sandbox came up)
  if (phase === 'Failed' && view.containers.some((record) => record.id !== null || record.last !== null))
    return { status: 'False', reason: 'PodFailed' }
  if (!unready.length) return { status: 'True' }
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${names(unready)}` }
}

function podReady(view: PodView, ready: Verdict, foreign: readonly Condition[]): Verdict {
  if (ready.status !== 'True') return ready
  const missing = (specOf(view.pod).readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = foreign.find((known) => known.type === conditionType)
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    return condition.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  return missing.length ? { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') } : ready
}
