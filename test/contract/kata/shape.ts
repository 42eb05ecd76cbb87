/** What of a pod's status does not differ from run to run. */
export interface Shape {
  phase: string
  reason: string | undefined
  message: string | undefined
  conditions: string[]
  containers: string[]
  hasIp: boolean
}

interface ApiContainer {
  name: string
  ready: boolean
  started?: boolean
  restartCount: number
  containerID?: string
  state: Record<string, { reason?: string; message?: string; exitCode?: number }>
}

interface ApiStatus {
  phase: string
  reason?: string
  message?: string
  podIP?: string
  conditions?: { type: string; status: string; reason?: string; message?: string }[]
  initContainerStatuses?: ApiContainer[]
  containerStatuses?: ApiContainer[]
}

export function shapeOf(status: unknown): Shape {
  const { phase, reason, message, podIP, conditions, initContainerStatuses, containerStatuses } = status as ApiStatus
  return {
    phase,
    reason,
    message: message === undefined ? undefined : settled(message),
    conditions: (conditions ?? []).map((one) =>
      [one.type, one.status, one.reason, one.message].filter(Boolean).join(' '),
    ),
    containers: [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])].map(containerShape),
    hasIp: Boolean(podIP),
  }
}

function containerShape(container: ApiContainer): string {
  const [kind, state] = Object.entries(container.state)[0] ?? ['waiting', {}]
  const detail = [kind, state.reason, state.exitCode, state.message && settled(state.message)]
    .filter((part) => part !== undefined)
    .join(' ')
  const flags = [container.ready && 'ready', container.started && 'started', container.containerID && 'id']
    .filter(Boolean)
    .join(' ')
  return `${container.name}: ${detail}; restarts ${container.restartCount}; ${flags}`
}

/** UIDs, ids of containers and generated namespaces differ between any two runs. */
export function settled(text: string): string {
  return (
    text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
      .replace(/[0-9a-f]{64}/g, 'ID')
      .replace(/rec-[a-z0-9-]+/g, 'NAMESPACE')
      // the recorded node had no DNS server, the simulated one has one that knows no such name
      .replace(/lookup (\S+?)(: no such host| on \S+: read udp \S+: read: connection refused)/g, 'lookup $1: NO ANSWER')
      .replace(/_default\(/g, '_NAMESPACE(')
  )
}

/** Shapes in their order, without repetitions and without those before the kubelet's first word. */
export function sequence(statuses: readonly unknown[]): Shape[] {
  const shapes = statuses.map(shapeOf).filter((shape) => shape.containers.length > 0 || shape.reason !== undefined)
  return shapes.filter((shape, index) => index === 0 || JSON.stringify(shape) !== JSON.stringify(shapes[index - 1]))
}
