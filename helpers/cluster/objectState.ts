import { oneLine } from './apiError.ts'
import type { KubeObject } from './cluster.ts'

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
}

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: Record<string, { reason?: string; message?: string; exitCode?: number }>
}

interface Status {
  phase?: string
  reason?: string
  message?: string
  conditions?: Condition[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

/** The state of any object in one line: phase, what its conditions say, what its containers do. */
export function describeState(object: KubeObject | null): string {
  if (!object) return 'it does not exist'
  const status = (object['status'] ?? {}) as Status
  const parts = [
    status.phase ? `phase ${status.phase}${because(status)}` : '',
    object.metadata.deletionTimestamp ? `being deleted since ${object.metadata.deletionTimestamp}` : '',
    ...(status.conditions ?? []).map((condition) => `${condition.type}=${condition.status}${because(condition)}`),
    ...(status.initContainerStatuses ?? []).map((container) => `init container ${describeContainer(container)}`),
    ...(status.containerStatuses ?? []).map((container) => `container ${describeContainer(container)}`),
  ]
  return parts.filter(Boolean).join(', ') || 'it exists, without a status'
}

function describeContainer(container: ContainerStatus): string {
  const [state, details] = Object.entries(container.state ?? {})[0] ?? ['unknown', {}]
  const exit = details.exitCode === undefined ? '' : ` with code ${details.exitCode}`
  const restarts = container.restartCount ? `, ${container.restartCount} restarts` : ''
  return `${container.name} ${state}${exit}${because(details)}${restarts}`
}

function because({ reason, message }: { reason?: string; message?: string }): string {
  const text = [reason, message && shorten(oneLine(message))].filter(Boolean).join(': ')
  return text ? ` (${text})` : ''
}

/** `Warning FailedMount (7x): MountVolume.SetUp failed…` */
export function describeEvent(event: KubeObject): string {
  const { type, reason, message, count, series } = event as unknown as EventFields
  const times = series?.count ?? count ?? 1
  return `${type ?? 'Normal'} ${reason ?? ''}${times > 1 ? ` (${times}x)` : ''}: ${shorten(oneLine(message ?? ''), 400)}`
}

interface EventFields {
  type?: string
  reason?: string
  message?: string
  count?: number
  series?: { count?: number }
}

const shorten = (text: string, length = 200): string => (text.length > length ? `${text.slice(0, length)}…` : text)
