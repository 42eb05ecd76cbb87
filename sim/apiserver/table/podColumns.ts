import type { KubeObject } from '../../kubeObject.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { humanDuration } from './duration.ts'

/*
 * The columns of pods: printPod of pkg/printers/internalversion/printers.go, v1.34.
 */

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  started?: boolean
  lastState?: { terminated?: { finishedAt?: string } }
  state?: {
    waiting?: { reason?: string }
    running?: object
    terminated?: { exitCode?: number; reason?: string; signal?: number; finishedAt?: string }
  }
}
interface PodStatus {
  phase?: string
  reason?: string
  podIP?: string
  podIPs?: { ip: string }[]
  nominatedNodeName?: string
  conditions?: { type: string; status: string; reason?: string }[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}
interface PodSpec {
  containers?: { name: string }[]
  initContainers?: { name: string; restartPolicy?: string }[]
  nodeName?: string
  readinessGates?: { conditionType: string }[]
}

interface Summary {
  ready: string
  reason: string
  restarts: string
}

const summaries = new WeakMap<KubeObject, { now: number; summary: Summary }>()

export const podColumns: readonly Column[] = [
  nameColumn,
  {
    name: 'Ready',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    cell: (pod, now) => summaryOf(pod, now).ready,
  },
  {
    name: 'Status',
    description: 'The aggregate status of the containers in this pod.',
    cell: (pod, now) => summaryOf(pod, now).reason,
  },
  {
    name: 'Restarts',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    cell: (pod, now) => summaryOf(pod, now).restarts,
  },
  ageColumn,
  {
    name: 'IP',
    priority: 1,
    documentedAs: 'core.v1.PodStatus.podIP',
    cell: (pod) => orNone(statusOf(pod).podIP ?? statusOf(pod).podIPs?.[0]?.ip),
  },
  { name: 'Node', priority: 1, documentedAs: 'core.v1.PodSpec.nodeName', cell: (pod) => orNone(specOf(pod).nodeName) },
  {
    name: 'Nominated Node',
    priority: 1,
    documentedAs: 'core.v1.PodStatus.nominatedNodeName',
    cell: (pod) => orNone(statusOf(pod).nominatedNodeName),
  },
  { name: 'Readiness Gates', priority: 1, documentedAs: 'core.v1.PodSpec.readinessGates', cell: readinessGates },
]

const specOf = (pod: KubeObject) => (pod['spec'] ?? {}) as PodSpec
const statusOf = (pod: KubeObject) => (pod['status'] ?? {}) as PodStatus
const orNone = (text: string | undefined) => (text === undefined || text === '' ? '<none>' : text)

function summaryOf(pod: KubeObject, now: number): Summary {
  const known = summaries.get(pod)
  if (known?.now === now) return known.summary
  const summary = summarise(pod, now)
  summaries.set(pod, { now, summary })
  return summary
}

function summarise(pod: KubeObject, now: number): Summary {
  const spec = specOf(pod)
  const status = statusOf(pod)
  const sidecars = new Set(
    (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const inits = status.initContainerStatuses ?? []
  const total = (spec.containers ?? []).length + sidecars.size
  let ready = 0
  let restarts = 0
  let lastRestart = 0
  let reason = status.reason ?? status.phase ?? 'Unknown'
  const gate = status.conditions?.find(({ type, reason: why }) => type === 'PodScheduled' && why === 'SchedulingGated')
  if (gate !== undefined) reason = 'SchedulingGated'
  const count = (one: ContainerStatus) => {
    restarts += one.restartCount ?? 0
    lastRestart = Math.max(lastRestart, Date.parse(one.lastState?.terminated?.finishedAt ?? '') || 0)
  }
  let initializing = false
  for (const [index, one] of inits.entries()) {
    count(one)
    const isSidecar = sidecars.has(one.name)
    if (isSidecar && one.ready === true) ready++
    const { terminated, waiting } = one.state ?? {}
    if (terminated?.exitCode === 0 || (isSidecar && one.started === true)) continue
    if (terminated !== undefined)
      reason = `Init:${terminated.reason ?? (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)}`
    else if (waiting?.reason !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing')
      reason = `Init:${waiting.reason}`
    else reason = `Init:${index}/${(spec.initContainers ?? []).length}`
    initializing = true
    break
  }
  if (
    !initializing ||
    status.conditions?.some(({ type, status: value }) => type === 'Initialized' && value === 'True') === true
  ) {
    restarts = inits.filter(({ name }) => sidecars.has(name)).reduce((sum, one) => sum + (one.restartCount ?? 0), 0)
    let running = false
    for (const one of [...(status.containerStatuses ?? [])].reverse()) {
      count(one)
      const { terminated, waiting } = one.state ?? {}
      if (waiting?.reason) reason = waiting.reason
      else if (terminated?.reason) reason = terminated.reason
      else if (terminated !== undefined)
        reason = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
      else if (one.ready === true && one.state?.running !== undefined) {
        running = true
        ready++
      }
    }
    if (reason === 'Completed' && running) {
      reason =
        status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true
          ? 'Running'
          : 'NotReady'
    }
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown'
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating'
  }
  const shown =
    restarts > 0 && lastRestart > 0 ? `${restarts} (${humanDuration(now - lastRestart)} ago)` : String(restarts)
  return { ready: `${ready}/${total}`, reason, restarts: shown }
}

function readinessGates(pod: KubeObject): string {
  const gates = specOf(pod).readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const met = gates.filter(({ conditionType }) =>
    statusOf(pod).conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  )
  return `${met.length}/${gates.length}`
}
