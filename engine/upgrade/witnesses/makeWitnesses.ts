import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import type { ImageResolver } from '../../../helpers/pods/images.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../../helpers/pods/podSpec.ts'
import { startPod } from '../../../helpers/pods/podStart.ts'
import type { Witness, WitnessKind } from '../../../reports/record/upgradeJournal.ts'
import { runLabels } from '../../cluster/labels.ts'
import { clientPod, serverPod, writerPod } from './witnessPod.ts'

export interface WitnessPlan {
  readonly node: string
  readonly runtimeClass: string
  /** One pair a node is enough for the network: the first class of each node. */
  readonly stream: boolean
  readonly block: boolean
}

export interface MakeOptions {
  readonly namespace: string
  readonly runId: string
  readonly images: ImageResolver
  readonly signal: AbortSignal
  /** StorageClass of volumes of mode Block; null: no such witness. */
  readonly blockClass: string | null
  readonly created: (object: KubeObject) => void
  readonly witness: (witness: Witness) => void
  readonly leftOut: (kind: string, why: string) => void
}

/** Starts the witnesses, all at once; one that does not start is said, and left out. */
export async function makeWitnesses(
  cluster: Cluster,
  plans: readonly WitnessPlan[],
  options: MakeOptions,
): Promise<void> {
  await Promise.all(
    plans.map(async (plan, index) => {
      const of = `${plan.runtimeClass} on ${plan.node}`
      const attempt = (kind: string, make: () => Promise<void>) =>
        make().catch((error: unknown) => options.leftOut(`${kind} of ${of}`, (error as Error).message))
      await attempt('writer', () => makeWriter(cluster, plan, index, options))
      if (plan.stream) await attempt('TCP stream', () => makeStream(cluster, plan, index, options))
    }),
  )
}

async function makeWriter(cluster: Cluster, plan: WitnessPlan, index: number, options: MakeOptions): Promise<void> {
  const claim = plan.block && options.blockClass !== null ? await makeClaim(cluster, index, options) : null
  const kinds: WitnessKind[] = ['sandbox', 'writer', 'exec', ...(claim === null ? [] : (['block'] as const))]
  const pod = await start(cluster, writerPod(plan.runtimeClass, kinds, claim), `witness-${index}`, plan.node, options)
  await enter(pod, plan, kinds, options)
}

async function makeStream(cluster: Cluster, plan: WitnessPlan, index: number, options: MakeOptions): Promise<void> {
  const { runtimeClass, node } = plan
  const server = await start(cluster, serverPod(runtimeClass), `witness-${index}-server`, node, options)
  const { podIP = '' } = (server.object['status'] ?? {}) as { podIP?: string }
  const client = await start(cluster, clientPod(runtimeClass, podIP), `witness-${index}-client`, node, options)
  await flowing(client)
  await enter(server, plan, ['sandbox'], options)
  await enter(client, plan, ['sandbox', 'stream'], options)
}

/** The first line has come over the connection. Throws Error when it breaks before. */
async function flowing(client: PodHandle): Promise<void> {
  for await (const line of client.followLogs()) {
    if (line.startsWith('got ')) return
    if (line.startsWith('connection over')) break
  }
  throw new Error('no line came over the connection')
}

async function makeClaim(cluster: Cluster, index: number, options: MakeOptions): Promise<string> {
  const name = `witness-${index}`
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: options.namespace, labels: runLabels(options.runId) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: options.blockClass,
      volumeMode: 'Block',
      resources: { requests: { storage: '64Mi' } },
    },
  }
  options.created({ ...claim, ...(await cluster.create(claim)) })
  return name
}

const start = (cluster: Cluster, spec: PodSpec, name: string, node: string, options: MakeOptions): Promise<PodHandle> =>
  startPod(cluster, {
    spec,
    name,
    node,
    namespace: options.namespace,
    labels: runLabels(options.runId),
    images: options.images,
    signal: options.signal,
    onCreated: (pod) => options.created({ ...pod, apiVersion: 'v1', kind: 'Pod' }),
  })

async function enter(pod: PodHandle, plan: WitnessPlan, kinds: WitnessKind[], options: MakeOptions): Promise<void> {
  const { stdout } = await pod.read(['cat', '/proc/sys/kernel/random/boot_id'])
  options.witness({
    name: pod.name,
    namespace: pod.namespace,
    uid: pod.uid,
    node: plan.node,
    runtimeClass: plan.runtimeClass,
    kinds,
    bootId: stdout.trim(),
    restarts: 0,
  })
}
