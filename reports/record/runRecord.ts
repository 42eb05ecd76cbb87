import { z } from 'zod'
import { ArmRecord } from './arm.ts'
import { ClaimRecord, ClusterRecord, FactRecord, ObjectRecord } from './journal.ts'
import { ShardRecord } from './shard.ts'
import { Verdict } from './verdict.ts'

export const RUN_RECORD_SCHEMA_VERSION = 1

/** conformant 0, not conformant 1, broken or incomplete 3, invalid 4 (a canary passed), interrupted 130. */
export const Outcome = z.enum(['conformant', 'not-conformant', 'incomplete', 'invalid', 'interrupted'])
export type Outcome = z.infer<typeof Outcome>

/** run.json: everything observed in one run. Every report and the gate are functions of it. */
export const RunRecord = z.strictObject({
  schemaVersion: z.literal(RUN_RECORD_SCHEMA_VERSION),
  runId: z.string(),
  /** Null: the whole run. Else this is a part, whose answer is about its own arms alone. */
  shard: ShardRecord.nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  durationMs: z.number(),
  simulated: z.boolean(),
  suiteVersion: z.string(),
  nodeVersion: z.string(),
  command: z.array(z.string()),
  cluster: ClusterRecord,
  facts: z.array(FactRecord),
  claims: z.array(ClaimRecord),
  /** Every planned arm. One that left no verdict is broken, with the message that says so. */
  arms: z.array(ArmRecord),
  /** Check arms by verdict; control and canary arms are counted apart. */
  summary: z.strictObject({
    planned: z.number(),
    verdicts: z.record(Verdict, z.number()),
    controls: z.record(Verdict, z.number()),
    canaries: z.strictObject({
      planned: z.number(),
      failedAsTheyMust: z.number(),
      passed: z.number(),
      undecided: z.number(),
    }),
    /** Claims without an executable check, by the catalogue's own word; never counted as passed. */
    claimsWithoutCheck: z.number(),
  }),
  outcome: Outcome,
  exitCode: z.number(),
  notes: z.array(z.string()),
  retries: z.array(z.strictObject({ at: z.string(), request: z.string(), attempt: z.number(), because: z.string() })),
  schedule: z
    .strictObject({ wallMs: z.number(), lowerBoundMs: z.number(), apiRequests: z.number(), watches: z.number() })
    .nullable(),
  leaked: z.array(ObjectRecord),
})
export type RunRecord = z.infer<typeof RunRecord>
