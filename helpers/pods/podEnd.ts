import type { KubeObject } from '../cluster/cluster.ts'
import { disruptionOf } from './podDisruption.ts'
import { isImageReason } from './podImages.ts'
import { type Cause, type ContainerStatus, isReady, specOf, statusOf } from './podStatus.ts'

/**
 * Whose doing it is that a pod does not start:
 * - product: the container runtime would not create the sandbox or the container
 * - kubelet: the kubelet refuses the pod as it is (mount, sysctl): an outcome that a check may await, otherwise no fault of the runtime
 * - infrastructure: image, room, node, network: says nothing about the claim
 */
export type Blame = 'product' | 'kubelet' | 'infrastructure'

export type PodEnd =
  | { readonly outcome: 'ready' | 'finished' }
  | { readonly outcome: 'not-started'; readonly blame: Blame; readonly failure: Cause }

/** Container states in which the runtime would not start it (pkg/kubelet/kuberuntime, containerd internal/cri). */
const runtimeReasons = new Set([
  'StartError',
  'RunContainerError',
  'CreateContainerError',
  'ContainerCannotRun',
  'PostStartHookError',
])

/**
 * What became of a pod, by its status and events; null while that is open.
 * The states and texts are those that Kubernetes 1.34 with containerd and Kata 3.26 showed.
 */
export function endOf(pod: KubeObject, events: readonly KubeObject[]): PodEnd | null {
  const status = statusOf(pod)
  // First of all: how containers end that somebody ends says nothing about the runtime.
  const disruption = disruptionOf(pod)
  if (disruption) return infrastructure(disruption)
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const notStarted = containers.map(containerFailure).find((failure) => failure !== null)
  if (notStarted) return notStarted
  if (status.phase === 'Failed' && status.reason)
    return podFailure({ reason: status.reason, message: status.message ?? '' })
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return finished(pod, events)
  if (isReady(pod)) return { outcome: 'ready' }
  if ((status.containerStatuses ?? []).some((container) => endedForGood(container, specOf(pod).restartPolicy)))
    return { outcome: 'finished' }
  // What a running container was warned of before it ran is history.
  if (containers.some(({ state }) => state?.running)) return null
  return conclusiveWarning(events)
}

/**
 * The kubelet looks Services, ConfigMaps, Secrets and classes up in lists of its own, which are behind the API server's: it waits one second for them. Of a
 * class it says the same as if there were none, though admission has let the pod in; started before the API server answered, it lists again after 30 to 60 s.
 * All of that passes (pkg/kubelet: kubelet_pods.go, util/manager/watch_based_manager.go, runtimeclass; client-go's reflector, 1.34).
 */
const notListedYet = new RegExp(
  [
    'services have not yet been read at least once',
    'failed to sync (configmap|secret) cache',
    'object "[^"]*"/"[^"]*" not registered',
    'runtimeclass\\.node\\.k8s\\.io "[^"]*" not found',
  ].join('|'),
)

function containerFailure({ name, state, lastState }: ContainerStatus): PodEnd | null {
  const { waiting, terminated } = state ?? {}
  const reason = waiting?.reason ?? ''
  const cause = (of: { reason?: string; message?: string }): Cause => ({
    reason: of.reason ?? '',
    message: of.message ?? `container ${name}`,
  })
  if (waiting && isImageReason(reason)) return infrastructure(cause(waiting))
  if (waiting && runtimeReasons.has(reason)) return ofRuntime(cause(waiting))
  // A ConfigMap or Secret that is not there, runAsNonRoot against the image: the kubelet asked no runtime yet.
  if (waiting && reason === 'CreateContainerConfigError' && !notListedYet.test(waiting.message ?? ''))
    return { outcome: 'not-started', blame: 'kubelet', failure: cause(waiting) }
  const ended = terminated ?? (reason === 'CrashLoopBackOff' ? lastState?.terminated : undefined)
  if (ended && runtimeReasons.has(ended.reason ?? '')) return ofRuntime(cause(ended))
  return null
}

/** The runtime would not start the container; it cannot on a disk that is full. */
const ofRuntime = (failure: Cause): PodEnd =>
  diskFull.test(failure.message) ? infrastructure(failure) : { outcome: 'not-started', blame: 'product', failure }

/** A container that will not run again; in a crash loop it has at least shown how it ends. */
function endedForGood({ state }: ContainerStatus, restartPolicy = 'Always'): boolean {
  if (state?.waiting?.reason === 'CrashLoopBackOff') return true
  if (!state?.terminated) return false
  return restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && state.terminated.exitCode === 0)
}

/** status.reason of a pod that the kubelet or the control plane ended. */
function podFailure(failure: Cause): PodEnd {
  if (failure.reason === 'DeadlineExceeded') return { outcome: 'finished' }
  // Evicted for what the pod itself did (over its limit), or for what the node lacks.
  if (failure.reason === 'Evicted')
    return /exceed/.test(failure.message) ? { outcome: 'finished' } : infrastructure(failure)
  if (failure.reason === 'SysctlForbidden') return { outcome: 'not-started', blame: 'kubelet', failure }
  // OutOfcpu, OutOfmemory, NodeAffinity, NodeShutdown, Terminated, UnexpectedAdmissionError, Preempting, NodeLost…
  return infrastructure(failure)
}

/**
 * A main process that the kubelet killed without being asked ends with phase Succeeded when it exits 0 on TERM. It happens where
 * a node's cgroups are set up wrong (systemd driver, sandbox_cgroup_only = false), and must not pass for a finished command.
 */
function finished(pod: KubeObject, events: readonly KubeObject[]): PodEnd {
  const killed = events.find(
    (event) => event['reason'] === 'Killing' && /^Stopping container/.test(String(event['message'])),
  )
  const alone = specOf(pod).containers?.length === 1
  if (!killed || !alone || events.some((event) => event['reason'] === 'Unhealthy')) {
    return { outcome: 'finished' }
  }
  return infrastructure({
    reason: 'Killing',
    message: `the kubelet stopped the container though nobody deleted the pod: ${String(killed['message'])}`,
  })
}

/** Failures of a sandbox that no repetition cures. */
const lastingSandboxFailure =
  /no runtime for .* is configured|annotation .* is not enabled|untrusted workload with|snapshotter .* was not found|unknown runtime|no such host runtime|support Confidential Computing/
/** The kubelet does not reach the container runtime's daemon: it was killed, or is being restarted. */
const runtimeAway = /dial unix \S+\.sock|code = Unavailable desc = connection error/
const networkFailure = /failed to (setup|set up) network for sandbox|cni plugin not initialized|plugin type=/
/** containerd has no pause image and cannot pull it (internal/cri/server/podsandbox, sandbox_run.go). */
const noSandboxImage = /failed to get sandbox image/
/**
 * As Go says it, on the node. Kata's agent, which is Rust, writes "No space…": what is full in the guest is Kata's. Of cgroups, cpusets and watches the
 * kernel says the same; those a runtime may have used up.
 */
const diskFull = /^(?!.*(?:\/sys\/fs\/cgroup|cpuset|inotify)).*no space left on device/s

/** Whether the text of a failure names what the runtime needs and has not, rather than the runtime. */
export const isForeignToRuntime = (message: string): boolean =>
  !lastingSandboxFailure.test(message) &&
  [networkFailure, runtimeAway, noSandboxImage, diskFull, notListedYet].some((each) => each.test(message))

/** A mount's sixth failure comes 15.5 s after the first: the kubelet waits 500 ms, then twice as long each time (pkg/util/goroutinemap/exponentialbackoff, 1.34). */
const lastingMountFailures = 6

/**
 * The kubelet tries sandboxes and mounts again and again: a failure that cannot heal counts at once, others when they came
 * twice (sandbox), three times (network, what else is not the runtime's) or six times (each mount). What the kubelet has not listed yet is waited for.
 */
function conclusiveWarning(events: readonly KubeObject[]): PodEnd | null {
  const told = events.filter(({ message }) => !notListedYet.test(String(message)))
  for (const event of told) {
    const failure = { reason: String(event['reason']), message: String(event['message']) }
    if (failure.reason === 'FailedCreatePodSandBox') {
      const isForeign = isForeignToRuntime(failure.message)
      const times = timesOf(event, told, (message) => isForeignToRuntime(message) === isForeign)
      if (isForeign) {
        if (times >= 3) return infrastructure(failure)
      } else if (lastingSandboxFailure.test(failure.message) || times >= 2) {
        return { outcome: 'not-started', blame: 'product', failure }
      }
    }
    if (failure.reason === 'FailedMount' || failure.reason === 'FailedMapVolume') {
      if (/hostPath type check failed/.test(failure.message))
        return { outcome: 'not-started', blame: 'kubelet', failure }
      const times = timesOf(event, told, (message) => volumeIn(message) === volumeIn(failure.message))
      if (times >= lastingMountFailures) return infrastructure(failure)
    }
  }
  return null
}

/** The volume of a failed mount: those of a pod are tried at the same time, and each by itself. */
const volumeIn = (message: string): string => /volume "([^"]+)"/.exec(message)?.[1] ?? ''

/** How often the kubelet said such a thing: events of one reason are counted up, or come anew when their text differs. */
const timesOf = (event: KubeObject, events: readonly KubeObject[], isSuch: (message: string) => boolean): number =>
  events
    .filter((other) => other['reason'] === event['reason'] && isSuch(String(other['message'])))
    .reduce(
      (sum, { count, series }) =>
        sum + ((series as { count?: number } | undefined)?.count ?? (count as number | undefined) ?? 1),
      0,
    )

const infrastructure = (failure: Cause): PodEnd => ({ outcome: 'not-started', blame: 'infrastructure', failure })

/** Why the scheduler finds no node, null when it found one or did not look yet. */
export function unschedulable(pod: KubeObject): { cause: Cause; lasting: boolean } | null {
  const condition = statusOf(pod).conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (!condition || condition.reason !== 'Unschedulable') return null
  const message = condition.message ?? ''
  // Room comes when other pods go. That no node is the one meant (selector, taint, cordon) does not pass by itself.
  const lasting =
    !/Insufficient|Too many pods|PersistentVolumeClaim|volume|not found|unbound/i.test(message) && message !== ''
  return { cause: { reason: 'FailedScheduling', message }, lasting }
}
