import { createClock, type Clock } from '../../../sim/clock.ts'
import { KubeApiError, type KubeClient } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { startSimulation, type Simulation } from '../../../sim/simulation.ts'
import { statusOf } from '../../simulator/kubelet/seen.ts'
import { act, type Stage } from './act.ts'
import type { ExecAnswer } from './execClient.ts'
import { follow, isOver, isReady, type History } from './history.ts'
import { prepareNode } from './prepareNode.ts'
import { recordedCluster } from './recordedCluster.ts'
import type { RecordedScenario } from './recordedScenario.ts'
import { endOf, eventTexts, storyOf, type EventTexts } from './story.ts'

/** What the simulator made of a recorded scenario. */
export interface Relived {
  /** By index of `created`: why it was refused; null when it was taken. */
  refusals: (string | null)[]
  /** Of every pod, up to its deletion. */
  events: Map<string, EventTexts>
  /** Of every pod, up to and with its deletion. */
  statuses: Map<string, unknown[]>
  /** By index of `steps`; only execs have one. */
  answers: (ExecAnswer | null)[]
}

/** Simulated ms for what was recorded to happen; a ms of real time is about a second of them. */
const storyMs = 300_000

/** Real ms for it: on a busy machine time jumps on before a watch has told what happened. */
const toldMs = 3000

const realTime = createClock(1)

/** Simulated ms between what was waited for and the deletion. */
const betweenMs = 1000

/** Creates the recorded objects in a simulated cluster like the recorded one, sends the recorded commands, and deletes the pods. */
export async function relive(recorded: RecordedScenario): Promise<Relived> {
  const simulation = await startSimulation({ scenario: await recordedCluster(recorded), speed: Infinity })
  const over = new AbortController()
  try {
    return await liveThrough(recorded, simulation, over.signal)
  } finally {
    over.abort()
    await simulation.close()
  }
}

async function liveThrough(recorded: RecordedScenario, simulation: Simulation, signal: AbortSignal): Promise<Relived> {
  const { client } = simulation
  const clock = simulation.nodes[0]!.clock
  const namespace = namespaceOf(recorded)
  await createNamespace(client, namespace)
  prepareNode(recorded, simulation.nodes)
  const history = follow(client, namespace, signal)
  const stage: Stage = { simulation, namespace, history, come: (holds) => come(history, clock, holds) }

  const refusals: (string | null)[] = []
  for (const { manifest } of recorded.created) refusals.push(await refusalOf(client.create(pathOf(manifest), manifest)))

  const events = new Map<string, EventTexts>()
  /** A pod is deleted when all that was recorded of it has happened: it must not go on and do more. */
  const end = async (pod: string): Promise<void> => {
    await stage.come(() => history.gone.has(pod) || isTold(history, pod, recorded))
    events.set(pod, eventTexts(history.events, pod))
    // as the recorder's own time: a signal at the very moment of the start meets a shell that has not set its trap yet
    await clock.sleep(betweenMs)
    if (!history.gone.has(pod)) await client.delete(`/api/v1/namespaces/${namespace}/pods/${pod}`)
    await stage.come(() => history.gone.has(pod))
  }
  const pods = podsOf(recorded).filter((pod) => !refusals[indexOf(recorded, pod)])
  const isDoneWith = (pod: string) => recorded.waited[pod]?.want === 'scheduled' && !isNamed(recorded, pod)
  const ends = pods.filter(isDoneWith).map(end)

  for (const [pod, { want, reached }] of Object.entries(recorded.waited))
    if (reached && !isDoneWith(pod)) await stage.come(() => has[want](history, pod, recorded))
  const answers: (ExecAnswer | null)[] = []
  for (const step of recorded.steps) answers.push(await act(step, stage))
  await Promise.all([...ends, ...pods.filter((pod) => !isDoneWith(pod)).map(end)])

  const statuses = new Map([...history.states].map(([pod, states]) => [pod, states.map(({ status }) => status)]))
  return { refusals, events, statuses, answers }
}

/** The namespace, and the service account that pods are refused without. */
async function createNamespace(client: KubeClient, name: string): Promise<void> {
  const found = new AbortController()
  const accounts = `/api/v1/namespaces/${name}/serviceaccounts`
  const { resourceVersion } = await client.list(accounts)
  await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for await (const { object } of client.watch(accounts, { resourceVersion, signal: found.signal }))
    if (object.metadata.name === 'default') found.abort()
}

/** Names of the pods that the recorded API server took. */
export const podsOf = (recorded: RecordedScenario): string[] =>
  recorded.created
    .filter(({ manifest, exit }) => manifest.kind === 'Pod' && exit === 0)
    .map(({ manifest }) => manifest.metadata.name)

const indexOf = (recorded: RecordedScenario, pod: string): number =>
  recorded.created.findIndex(({ manifest }) => manifest.kind === 'Pod' && manifest.metadata.name === pod)

/** A step is about the pod. */
const isNamed = ({ steps }: RecordedScenario, pod: string): boolean =>
  steps.some(
    (step) => (step.step === 'exec' && step.pod === pod) || (step.step === 'kubectl' && step.argv.includes(pod)),
  )

const isDeleted = ({ steps }: RecordedScenario, pod: string): boolean =>
  steps.some((step) => step.step === 'kubectl' && step.argv[0] === 'delete' && step.argv.includes(pod))

const namespaceOf = (recorded: RecordedScenario): string =>
  recorded.created.map(({ manifest }) => manifest.metadata.namespace).find((name) => name !== undefined) ?? 'default'

const PATHS: Record<string, string> = {
  Pod: '/api/v1/namespaces/NS/pods',
  ConfigMap: '/api/v1/namespaces/NS/configmaps',
  Secret: '/api/v1/namespaces/NS/secrets',
  Service: '/api/v1/namespaces/NS/services',
  PersistentVolumeClaim: '/api/v1/namespaces/NS/persistentvolumeclaims',
  PersistentVolume: '/api/v1/persistentvolumes',
  RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses',
}

const pathOf = ({ kind, metadata }: KubeObject): string => PATHS[kind]!.replace('NS', metadata.namespace ?? '')

const refusalOf = (creation: Promise<unknown>): Promise<string | null> =>
  creation.then(
    () => null,
    (error: unknown) => {
      if (error instanceof KubeApiError) return error.message
      throw error
    },
  )

type Want = RecordedScenario['waited'][string]['want']

const has: Record<Want, (history: History, pod: string, recorded: RecordedScenario) => boolean> = {
  ready: (history, pod) => isReady(history.latest(pod)),
  settled: (history, pod) =>
    isReady(history.latest(pod)) ||
    isOver(history.latest(pod)) ||
    history.events.some(({ type, object }) => type === 'Warning' && object === `Pod/${pod}`),
  error: (history, pod) =>
    statusOf(history.latest(pod) ?? null).containerStatuses?.some(({ state }) => state['terminated']?.exitCode) ??
    false,
  // nothing was awaited but the recorder's own time; the end of a pod that a step deletes comes after that step
  scheduled: (history, pod, recorded) =>
    isDeleted(recorded, pod) ? isReady(history.latest(pod)) : isTold(history, pod, recorded),
}

/** What was recorded of the pod before its deletion has happened: as many states of its containers, its last state and its events. */
function isTold(history: History, pod: string, recorded: RecordedScenario): boolean {
  const before = recorded.watch.filter((one) => one.pod === pod && one.at < deletedAt(recorded))
  const latest = history.latest(pod)
  if (!latest || endOf(latest.status) !== endOf(before.at(-1)?.status)) return false
  const lived = storyOf((history.states.get(pod) ?? []).map(({ status }) => status))
  for (const [container, states] of Object.entries(storyOf(before.map(({ status }) => status)).containers))
    if ((lived.containers[container]?.length ?? 0) < states.length) return false
  const told = eventTexts(history.events, pod)
  const wanted = eventTexts(recorded.events, pod)
  return wanted.kubelet.every((text) => told.kubelet.includes(text))
}

/** Seconds after the start of the watch. */
const deletedAt = ({ watch, deleteSeconds }: RecordedScenario): number =>
  Math.max(...watch.map(({ at }) => at)) - deleteSeconds

/** Waits for what must come, at most `storyMs`; what never comes shows in the comparison. */
async function come(history: History, clock: Clock, holds: () => boolean): Promise<void> {
  const deadline = new AbortController()
  const done = new AbortController()
  const { signal } = done
  void Promise.all([clock.sleep(storyMs, signal), realTime.sleep(toldMs, signal)]).then(
    () => deadline.abort(),
    () => undefined,
  )
  await history.until(holds, deadline.signal)
  done.abort()
}
