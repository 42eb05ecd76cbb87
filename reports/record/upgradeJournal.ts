import { z } from 'zod'
import { ObjectRecord } from './journal.ts'

const at = z.string()
const Quantity = z.record(z.string(), z.string())

/** What the API says of a RuntimeClass. */
export const ClassState = z.strictObject({
  name: z.string(),
  handler: z.string(),
  overhead: Quantity.nullable(),
  nodeSelector: Quantity,
})
export type ClassState = z.infer<typeof ClassState>

/** What Kata left on a node, as its probe saw it. `unknown` says why nothing could be seen. */
export const NodeState = z.strictObject({
  node: z.string(),
  unknown: z.string().nullable(),
  ready: z.boolean(),
  /** Label katacontainers.io/kata-runtime. */
  label: z.string().nullable(),
  version: z.string().nullable(),
  handlers: z.array(z.string()),
  /** Files of the installation: path and bytes. */
  files: z.record(z.string(), z.number()),
  /** Shims, hypervisors and virtiofsd of sandboxes that no pod of the node has. */
  orphans: z.array(z.string()),
})
export type NodeState = z.infer<typeof NodeState>

/** kata-deploy and what it made, at one moment. */
export const ClusterState = z.strictObject({
  /** Release that kata-deploy's image names. */
  version: z.string().nullable(),
  classes: z.array(ClassState),
  nodes: z.array(NodeState),
})
export type ClusterState = z.infer<typeof ClusterState>

export const WitnessKind = z.enum(['sandbox', 'stream', 'writer', 'exec', 'block'])
export type WitnessKind = z.infer<typeof WitnessKind>

/** A pod that watches from within what the upgrade does to sandboxes that are there already. */
export const Witness = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  node: z.string(),
  runtimeClass: z.string(),
  kinds: z.array(WitnessKind),
  bootId: z.string(),
  restarts: z.number(),
})
export type Witness = z.infer<typeof Witness>

export const WitnessVerdict = z.enum(['survived', 'stalled', 'restarted', 'data-lost', 'gone', 'ended', 'unknown'])
export type WitnessVerdict = z.infer<typeof WitnessVerdict>

export const Testimony = z.strictObject({
  witness: z.string(),
  node: z.string(),
  runtimeClass: z.string(),
  kind: WitnessKind,
  verdict: WitnessVerdict,
  /** Longest silence, s; null where none can be told. */
  stalledSeconds: z.number().nullable(),
  what: z.string(),
})
export type Testimony = z.infer<typeof Testimony>

/** Said before anything is touched. stops: the upgrade is refused. */
export const Remark = z.strictObject({
  weight: z.enum(['stops', 'disrupts', 'act', 'know']),
  subject: z.string(),
  what: z.string(),
  source: z.string(),
})
export type Remark = z.infer<typeof Remark>

/** How a node came to the new release. */
export const NodeRollout = z.strictObject({
  node: z.string(),
  done: z.boolean(),
  /** Not let to the new release, because the node before it did not pass. */
  held: z.boolean(),
  what: z.string(),
  notReadySeconds: z.number(),
  steps: z.array(z.string()),
})
export type NodeRollout = z.infer<typeof NodeRollout>

/** upgrade.ndjson: each line is on the disk before the next step begins, so that a killed upgrade is resumed from it. */
export const UpgradeEvent = z.discriminatedUnion('event', [
  z.strictObject({
    at,
    event: z.literal('upgrade.started'),
    schemaVersion: z.literal(1),
    runId: z.string(),
    context: z.string(),
    server: z.string(),
    simulated: z.boolean(),
    command: z.array(z.string()),
    /** Of the runs before and after: the same checks. */
    runArguments: z.array(z.string()),
    stallSeconds: z.number(),
    canaryNode: z.string().nullable(),
    /** Folder of the upgrade that this one takes back. */
    rollbackOf: z.string().nullable(),
  }),
  z.strictObject({ at, event: z.literal('resumed') }),
  z.strictObject({ at, event: z.literal('before'), run: z.string() }),
  z.strictObject({ at, event: z.literal('state'), when: z.enum(['before', 'after']), state: ClusterState }),
  z.strictObject({
    at,
    event: z.literal('preflight'),
    target: z.string().nullable(),
    remarks: z.array(Remark),
    /** podFixed of each class once it is upgraded, by chart or by values that stay. */
    expectedOverhead: z.record(z.string(), Quantity.nullable()),
  }),
  z.strictObject({ at, event: z.literal('object.created'), object: ObjectRecord }),
  z.strictObject({ at, event: z.literal('object.deleted'), object: ObjectRecord }),
  z.strictObject({ at, event: z.literal('witness'), witness: Witness }),
  z.strictObject({ at, event: z.literal('left-out'), kind: z.string(), why: z.string() }),
  z.strictObject({ at, event: z.literal('witnesses.made') }),
  z.strictObject({ at, event: z.literal('command.started') }),
  z.strictObject({
    at,
    event: z.literal('command.ended'),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    lastLine: z.string(),
  }),
  z.strictObject({ at, event: z.literal('rollout'), nodes: z.array(NodeRollout) }),
  z.strictObject({ at, event: z.literal('testimony'), testimony: Testimony }),
  z.strictObject({ at, event: z.literal('witnesses.judged') }),
  z.strictObject({ at, event: z.literal('after'), run: z.string() }),
  z.strictObject({ at, event: z.literal('note'), text: z.string() }),
  z.strictObject({ at, event: z.literal('cleaned'), left: z.number() }),
  z.strictObject({ at, event: z.literal('answered'), answer: z.string(), exitCode: z.number() }),
])
export type UpgradeEvent = z.infer<typeof UpgradeEvent>
