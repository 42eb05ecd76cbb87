import type { expect } from 'chai'
import type { Facts } from './facts/armFacts.ts'
import type { NodeChanges } from './node/nodeChanges.ts'
import type { NodeProbe } from './node/nodeProbe.ts'
import type { ObjectHandle } from './objects/objectHandle.ts'
import type { ObjectSpec } from './objects/objectSpec.ts'
import type { PodHandle } from './pods/podHandle.ts'
import type { PodAsked } from './pods/podSpec.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from './facts/facts.ts'

/** yes, or no with the evidence, or unknown with what kept us from knowing: the reason of the skip. */
export type Applicability = true | { readonly no: string } | { readonly unknown: string }

/** Which RuntimeClasses (or nodes, or the cluster as a whole) a claim is about: decided by facts, never by a name's spelling. */
export type On =
  | { readonly scope: 'class'; readonly applies: (facts: ClassFacts, cluster: ClusterFacts) => Applicability }
  | { readonly scope: 'node'; readonly applies: (facts: NodeFacts, cluster: ClusterFacts) => Applicability }
  | { readonly scope: 'cluster'; readonly applies: (cluster: ClusterFacts) => Applicability }

export interface PodsContext<Case> {
  /** The class under test; undefined for the default runtime: control arms, canaries, and claims about a node or the cluster. */
  readonly runtimeClass: string | undefined
  readonly case: Case
  readonly facts: Facts
}

export type Expect = typeof expect

/** What is measured, and how. Source of the form: reports/record/figure.ts */
export interface FigureAsked {
  /** One word for each thing that is measured in an arm: cold-start, cold-start-default-runtime. */
  readonly metric: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** Tool, amounts and what is timed by which clock. */
  readonly method: string
  /** The guide's figure for sandboxes like these, in the same unit; null where it has none. */
  readonly documented: number | null
}

export interface SampleTaken {
  /** From 1. */
  readonly block: number
  readonly at: Date
  readonly value: number
  /** Name of the rule by which it does not count, or null. */
  readonly invalid: string | null
}

export interface CheckContext<Pods extends string, Case> {
  readonly pods: Readonly<Record<Pods, PodHandle>>
  /** The objects of the check, by the names that it gave them. */
  readonly objects: Readonly<Record<string, ObjectHandle>>
  readonly runtimeClass: string | undefined
  readonly case: Case
  readonly facts: Facts
  /** Records a figure and returns it. */
  readonly measure: (name: string, value: number, unit: string) => number
  /** Records a reading of a figure that is measured in blocks, as it was taken. */
  readonly sample: (figure: FigureAsked, sample: SampleTaken) => void
  /** Says which of several accepted outcomes was seen; written to the report as a finding. */
  readonly finding: (text: string) => void
  /** chai's expect; what it asserts is recorded, and a check without any assertion fails as vacuous. */
  readonly expect: Expect
  /** The read-only probe of the arm's node. Only for claims whose `needs` has node-probe; otherwise using it throws. */
  readonly node: NodeProbe
  /** The read-only probes of all nodes of the run, for claims about every node. Only for claims whose `needs` has node-probe; otherwise using it throws. */
  readonly probes: readonly NodeProbe[]
  /** Changes on the arm's node, each undone when the arm ends. Only for claims whose `needs` has node-changes; otherwise using it throws. */
  readonly changes: NodeChanges
  /** Reads objects of the cluster (RuntimeClasses, discovery). Never writes. */
  readonly api: CheckApi
  /** Creates a suite-owned RuntimeClass for the life of the arm; needs runtimeclass-write. */
  readonly temporaryRuntimeClass: (handler: string, fields?: RuntimeClassFields) => Promise<string>
  /**
   * Creates a ClusterPolicy of Kyverno for the life of the arm, which mutates pods of the run's own namespaces with these labels; needs default-rc-policy.
   * Resolves once Kyverno says that it is ready.
   */
  readonly temporaryClusterPolicy: (policy: PolicyAsked) => Promise<string>
  /** Creates an object beside the pods in the course of the check. Removed at the arm's end. */
  readonly createObject: (local: string, spec: ObjectSpec) => Promise<ObjectHandle>
  /** Creates a namespace with these labels for the life of the arm. Pod Security level baseline unless the labels say otherwise; null leaves a label out. */
  readonly temporaryNamespace: (labels: Readonly<Record<string, string | null>>) => Promise<string>
  /** Creates a further pod in the course of the check, and waits as its spec says. Removed at the arm's end. `furtherPods` says how many there are at once. */
  readonly createPod: (spec: PodAsked) => Promise<PodHandle>
  readonly signal: AbortSignal
}

/** What a policy of the suite's own does; whom it concerns is the engine's. */
export interface PolicyAsked {
  /** Of the namespaces, beside the run's own label. */
  readonly namespaceLabels: Readonly<Record<string, string>>
  /** patchStrategicMerge of the pods' spec, with Kyverno's anchors. */
  readonly podSpec: Readonly<Record<string, unknown>>
}

/** What a RuntimeClass has beside its handler, as the object has it. */
export interface RuntimeClassFields {
  readonly overhead?: unknown
  readonly scheduling?: unknown
}

export interface ReadApi {
  find(ref: {
    apiVersion: string
    kind: string
    namespace?: string
    name: string
  }): Promise<Record<string, unknown> | null>
  raw(path: string): Promise<unknown>
}

/** What a check may ask of the API server. */
export interface CheckApi extends ReadApi {
  /**
   * The boot id of a node's kernel as its kubelet reports it (status.nodeInfo.bootID), as the run last saw it: an arm whose node boots meanwhile is tried again.
   * Throws when the node is gone or reports none.
   */
  bootId(node: string): Promise<string>
}

/**
 * The executable form of a claim. Title, level, versions, needs and danger come from the chapter's behaviours.yaml.
 * A check states what it observes and what must hold; waiting, retrying, cleaning up and evidence are the engine's.
 */
export interface Behaviour<Pods extends string = string, Case = unknown> {
  readonly on: On
  readonly pods: (context: PodsContext<Case>) => Readonly<Record<Pods, PodAsked>>
  /**
   * Objects beside the pods, made before them: pods name them (`configMap('settings', …)`) and share their namespace. Pods of such a
   * check are its own.
   */
  readonly objects?: (context: PodsContext<Case>) => Readonly<Record<string, ObjectSpec>>
  /** Table rows of the claim: each becomes an arm. Keys are the case ids of behaviours.yaml. Where facts say which rows there are, a function of them. */
  readonly cases?: Readonly<Record<string, Case>> | ((cluster: ClusterFacts) => Readonly<Record<string, Case>>)
  readonly check: (context: CheckContext<Pods, Case>) => Promise<void>
  /**
   * Faults of the simulator that turn this check red, each with an excerpt of the message that it must give.
   * The mutation run proves it, and that no other fault does.
   */
  readonly killedBy: Readonly<Record<string, string>>
  /** The claim holds for the default runtime too: the check is run there as well, and a failure on both is the environment's. */
  readonly control?: true
  /** The check must fail under the default runtime: run there on every run, and a pass makes the run invalid. */
  readonly canary?: true
  /** Holds the node for itself while it runs: measures performance or disturbs. */
  readonly exclusive?: true
  /**
   * How many pods of `createPod`, and of controllers that the check makes, are there at once. Room of the arm's node is kept for them from its start; an
   * exclusive check has all of it.
   */
  readonly furtherPods?: number
  /** How long `check` may take once its pods are there, ms. Default 60 000. */
  readonly timeoutMs?: number
}

const REGISTRY = Symbol.for('kata-conformance.behaviours')

export interface RegisteredBehaviour {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly definition: Behaviour
}

// One registry for the process: mocha requires spec files, other loaders import them, and Node keeps the modules of the two apart.
const registry = globalThis as typeof globalThis & { [REGISTRY]?: RegisteredBehaviour[] }
const registered = (registry[REGISTRY] ??= [])

/** Declares the check of a claim. Throws when the same id is declared twice. */
export function behaviour<Pods extends string, Case = undefined>(id: string, definition: Behaviour<Pods, Case>): void {
  const { file, line } = caller()
  const twin = registered.find((other) => other.id === id)
  if (twin?.file === file && twin.line === line) return
  if (twin) throw new Error(`${id} is declared twice: ${twin.file}:${twin.line} and ${file}:${line}`)
  registered.push({ id, file, line, definition: definition as unknown as Behaviour })
}

/** Every check declared so far, in file order. */
export const registeredBehaviours = (): readonly RegisteredBehaviour[] => registered

/** Who called `behaviour`: the first frame of the stack outside this file. */
function caller(): { file: string; line: number } {
  const frames = (new Error().stack ?? '').split('\n').slice(1)
  const frame = frames.find((line) => !line.includes('helpers/behaviour.ts'))
  const [, file = 'unknown file', line = '0'] = frame?.match(/(?:file:\/\/)?(\/[^:)]+|[A-Za-z]:[^:)]+):(\d+):\d+/) ?? []
  return { file, line: Number(line) }
}
