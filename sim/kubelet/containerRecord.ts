import type { ContainerSpec } from './podSpec.ts'

export interface Terminated {
  exitCode: number
  signal?: number
  reason: string
  message?: string
  /** ms; null when the runtime knows none. */
  startedAt: number | null
  finishedAt: number | null
  containerId: string | null
}

export type ContainerState =
  | { kind: 'waiting'; reason: string; message?: string }
  | { kind: 'running'; startedAt: number }
  | ({ kind: 'terminated' } & Terminated)

/** What the kubelet knows of one container of a pod, over all its attempts. */
export interface ContainerRecord {
  /** Its resources are those that it runs with. */
  spec: ContainerSpec
  /** Resources that the status shows until the runtime has been asked again; absent: those of the spec. */
  reported?: ContainerSpec['resources']
  readonly role: 'init' | 'sidecar' | 'main' | 'ephemeral'
  /** The runtime's id of the newest attempt. */
  id: string | null
  state: ContainerState
  last: Terminated | null
  restartCount: number
  /** Startup probe passed, or none. */
  started: boolean
  /** Readiness probe passed, or none. */
  ready: boolean
  image: { name: string; id: string } | null
  backOff: { delayMs: number; since: number } | null
  /** Attempts whose containers still exist in the runtime, the newest last. */
  ids: string[]
  /** Why the running container must go, before a restart: the text of the Killing event, and the probe's own grace period. */
  condemned: { why: string; graceSeconds: number | undefined } | null
}

export function newRecord(spec: ContainerSpec, role: ContainerRecord['role'], waitingFor: string): ContainerRecord {
  return {
    spec,
    role,
    id: null,
    state: { kind: 'waiting', reason: waitingFor },
    last: null,
    restartCount: 0,
    started: false,
    ready: false,
    image: null,
    backOff: null,
    ids: [],
    condemned: null,
  }
}

/** spec.containers{main}: the field an event is about. */
export function fieldPathOf(record: ContainerRecord): string {
  const list =
    record.role === 'main' ? 'containers' : record.role === 'ephemeral' ? 'ephemeralContainers' : 'initContainers'
  return `spec.${list}{${record.spec.name}}`
}
