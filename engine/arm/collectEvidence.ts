import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dump } from 'js-yaml'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { kataDeployPodTable, runtimeClassTable } from '../../helpers/deployment/diagnostics.ts'
import type { NodeProbe, SandboxProcesses } from '../../helpers/node/nodeProbe.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { Evidence } from '../../reports/record/arm.ts'
import type { Arm } from '../plan/arm.ts'
import { redact } from '../journal/redact.ts'
import type { EvidenceReader } from './evidenceReader.ts'

const PER_SOURCE_MS = 10_000

interface Source {
  /** What it is about, where other arms may ask for the same. */
  readonly of?: string
  readonly name: string
  readonly mediaType: string
  readonly read: () => Promise<string>
}

export interface EvidenceSources {
  readonly cluster: Cluster
  readonly probe: NodeProbe | null
  readonly reader: EvidenceReader
  /** Namespaces of kata-deploy, so that not all pods of a cluster are listed for a few of them; null where these are not known. */
  readonly kataDeploy: readonly string[] | null
  readonly signal: AbortSignal
}

/**
 * Gathers what a person needs to file the failure upstream: pods, events, logs, RuntimeClasses, kata-deploy's pods, effective TOML,
 * the host's side of their sandboxes, and what the node's logs say of them. A source
 * that cannot be read leaves its error in its file; nothing here fails the arm a second time.
 */
export async function collectEvidence(
  folder: string,
  arm: Arm,
  pods: readonly PodHandle[],
  message: string,
  from: EvidenceSources,
): Promise<readonly Evidence[]> {
  const { probe, reader } = from
  const relative = path.join('evidence', slug(arm.planned.id))
  mkdirSync(path.join(folder, relative), { recursive: true })
  const sources = [
    ...described(arm, message),
    ...pods.flatMap(ofPod),
    ...ofClass(arm, from.cluster),
    ...ofDeployment(from),
    ...ofNode(arm, pods, probe),
  ]
  return Promise.all(
    sources.map(async ({ of, name, mediaType, read }) => {
      const file = path.join(relative, name)
      const text = await withDeadline(of === undefined ? read() : reader(`${of} ${name}`, read)).catch(
        (error: unknown) => `not to be had: ${(error as Error).message}\n`,
      )
      writeFileSync(path.join(folder, file), redact(text))
      return { name, path: file, mediaType }
    }),
  )
}

const slug = (id: string): string => id.replace(/[^\w.-]+/g, '_')

const yaml = (value: unknown): string => dump(value, { noRefs: true, lineWidth: -1 })

const described = ({ planned, claim }: Arm, message: string): Source[] => [
  {
    name: 'arm.yaml',
    mediaType: 'application/yaml',
    read: () => Promise.resolve(yaml({ ...planned, statement: claim.statement, source: claim.source, message })),
  },
]

const ofPod = (pod: PodHandle): Source[] => [
  {
    name: `${pod.name}.yaml`,
    mediaType: 'application/yaml',
    read: () => Promise.resolve(yaml(withoutManagedFields(pod.object))),
  },
  {
    of: pod.uid,
    name: `${pod.name}.events.txt`,
    mediaType: 'text/plain',
    read: async () =>
      (await pod.events()).map(({ type, reason, message }) => `${type}\t${reason}\t${message}\n`).join(''),
  },
  ...containersOf(pod).map((container) => ({
    of: pod.uid,
    name: `${pod.name}.${container}.log`,
    mediaType: 'text/plain',
    read: () => pod.logs({ container }),
  })),
]

function containersOf(pod: PodHandle): string[] {
  const spec = pod.object.spec as { containers?: { name: string }[]; initContainers?: { name: string }[] } | undefined
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name)
}

function withoutManagedFields(object: PodHandle['object']): unknown {
  const { managedFields: _managed, ...metadata } = object.metadata
  return { ...object, metadata }
}

const ofClass = ({ classFacts }: Arm, cluster: Cluster): Source[] =>
  classFacts === undefined
    ? []
    : [
        {
          of: 'cluster',
          name: `runtimeclass-${classFacts.name}.yaml`,
          mediaType: 'application/yaml',
          read: async () =>
            yaml(await cluster.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: classFacts.name })),
        },
      ]

/** What tells a class that is missing from one that nothing serves (guide, "RuntimeClass non trouvée"). */
const ofDeployment = ({ cluster, kataDeploy, signal }: EvidenceSources): Source[] => [
  {
    of: 'cluster',
    name: 'runtimeclasses.txt',
    mediaType: 'text/plain',
    read: async () => runtimeClassTable(await cluster.list({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' })),
  },
  {
    of: 'cluster',
    name: 'kata-deploy-pods.txt',
    mediaType: 'text/plain',
    async read() {
      if (kataDeploy?.length === 0) return 'no DaemonSet or Job ran a kata-deploy image when the run began\n'
      const places = kataDeploy?.map((namespace) => ({ namespace })) ?? [{}]
      const pods = places.map((place) =>
        cluster.list({ apiVersion: 'v1', kind: 'Pod', ...place }, { signal, timeoutMs: PER_SOURCE_MS }),
      )
      return kataDeployPodTable((await Promise.all(pods)).flat())
    },
  },
]

/** Seconds of the node's logs that are searched: since the pod was made, by whatever clock, and not for ever. */
const MARGIN_S = 60
const MOST_S = 3600

function ageOf({ object }: PodHandle): number {
  const made = Date.parse(String(object.metadata.creationTimestamp ?? ''))
  const age = Number.isNaN(made) ? MOST_S : (Date.now() - made) / 1000
  return Math.min(MOST_S, Math.max(0, age) + MARGIN_S)
}

/** Lines of kubelet, containerd and Kata about a pod: by its UID, and by the id of its sandbox where it has one. */
async function journalOf(pod: PodHandle, probe: NodeProbe, sandbox: () => Promise<SandboxProcesses>): Promise<string> {
  const found = await sandbox().catch(() => null)
  const ids = [pod.uid, ...(found === null ? [] : [found.sandboxId])]
  return (await probe.journal(ids, ageOf(pod))) || 'the node keeps no logs where they are looked for\n'
}

function ofNode({ classFacts }: Arm, pods: readonly PodHandle[], probe: NodeProbe | null): Source[] {
  if (!probe) return []
  const handler = classFacts?.handler.value
  const toml: Source[] = handler
    ? [
        {
          of: probe.node,
          name: `effective-${handler}.yaml`,
          mediaType: 'application/yaml',
          read: async () =>
            yaml((await probe.effectiveToml(handler)) ?? 'the handler has no configuration on this node'),
        },
      ]
    : []
  const ofPods = pods.filter((pod) => pod.uid !== '').flatMap((pod) => ofSandbox(pod, probe))
  return [...toml, ...ofPods]
}

function ofSandbox(pod: PodHandle, probe: NodeProbe): Source[] {
  let found: Promise<SandboxProcesses> | undefined
  const sandbox = () => (found ??= probe.sandbox(pod.uid))
  return [
    {
      of: pod.uid,
      name: `${pod.name}.host-processes.yaml`,
      mediaType: 'application/yaml',
      read: async () => yaml(await probe.describe(await sandbox())),
    },
    {
      of: pod.uid,
      name: `${pod.name}.journal.txt`,
      mediaType: 'text/plain',
      read: () => journalOf(pod, probe, sandbox),
    },
  ]
}

function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${PER_SOURCE_MS} ms`)), PER_SOURCE_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
