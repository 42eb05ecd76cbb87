import { z } from 'zod'
import { ArmResult, PlannedArm } from './arm.ts'
import { FigureHead, Sample } from './figure.ts'
import { ShardRecord } from './shard.ts'
import { Level } from './verdict.ts'

/** The journal is one JSON object a line, appended as the run goes; every report is a function of it. */
export const JOURNAL_SCHEMA_VERSION = 1

/** A fact with its evidence. `value` null means unknown: `how` then says what kept us from knowing. */
export const FactRecord = z.strictObject({
  /** cluster, `node/<name>` or `class/<name>` */
  subject: z.string(),
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]),
  unit: z.string().nullable(),
  how: z.string(),
  evidence: z.string().nullable(),
})
export type FactRecord = z.infer<typeof FactRecord>

/** A claim of the catalogue as this run saw it: also those without arms, with the reason why. */
export const ClaimRecord = z.strictObject({
  id: z.string(),
  chapter: z.string(),
  title: z.string(),
  statement: z.string(),
  source: z.array(z.string()),
  level: Level,
  kind: z.string(),
  gate: z.boolean(),
  executable: z.boolean(),
  /** Why the claim has no executable check, or why it is not in this run; null when it has arms. */
  reason: z.string().nullable(),
  /** RuntimeClasses and nodes that the claim is not about, each with the fact that says so. */
  notApplicable: z.array(z.strictObject({ subject: z.string(), reason: z.string() })),
  /** Names of the faults of the simulator which turn this claim's check red. */
  killedBy: z.array(z.string()),
})
export type ClaimRecord = z.infer<typeof ClaimRecord>

export const ObjectRecord = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  uid: z.string(),
})
export type ObjectRecord = z.infer<typeof ObjectRecord>

export const ClusterRecord = z.strictObject({
  context: z.string(),
  server: z.string(),
  kubernetesVersion: z.string(),
})
export type ClusterRecord = z.infer<typeof ClusterRecord>

const at = z.string()

export const JournalEvent = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('run.started'),
    at,
    schemaVersion: z.literal(JOURNAL_SCHEMA_VERSION),
    runId: z.string(),
    /** True when the target is the simulated cluster: such results are never evidence about a real one. */
    simulated: z.boolean(),
    suiteVersion: z.string(),
    nodeVersion: z.string(),
    command: z.array(z.string()),
    cluster: ClusterRecord,
  }),
  z.strictObject({ event: z.literal('facts'), at, facts: z.array(FactRecord) }),
  z.strictObject({ event: z.literal('claims'), at, claims: z.array(ClaimRecord) }),
  z.strictObject({
    event: z.literal('shard'),
    at,
    ...ShardRecord.shape,
    /** Ids of the whole plan's arms, in its order: what the shards together must have. */
    planned: z.array(z.string()),
  }),
  z.strictObject({ event: z.literal('plan'), at, arms: z.array(PlannedArm) }),
  z.strictObject({ event: z.literal('arm.started'), at, arm: z.string() }),
  /** A reading of an arm that measures, as soon as it is taken: what was measured before a run was killed is not lost. */
  z.strictObject({ event: z.literal('sample'), at, arm: z.string(), figure: FigureHead, sample: Sample }),
  z.strictObject({ event: z.literal('arm.finished'), at, arm: z.string(), result: ArmResult }),
  z.strictObject({ event: z.literal('object.created'), at, object: ObjectRecord }),
  z.strictObject({ event: z.literal('object.deleted'), at, object: ObjectRecord }),
  z.strictObject({
    event: z.literal('api.retried'),
    at,
    request: z.string(),
    attempt: z.number(),
    because: z.string(),
  }),
  z.strictObject({ event: z.literal('note'), at, text: z.string() }),
  z.strictObject({ event: z.literal('run.interrupted'), at, signal: z.string() }),
  z.strictObject({
    event: z.literal('run.finished'),
    at,
    exitCode: z.number(),
    /** Wall time of the schedule and its lower bound, max(longest chain, pod-seconds / budget), ms. */
    wallMs: z.number(),
    lowerBoundMs: z.number(),
    apiRequests: z.number(),
    watches: z.number(),
    /** Objects of the run which could not be removed. */
    leaked: z.array(ObjectRecord),
  }),
])
export type JournalEvent = z.infer<typeof JournalEvent>
