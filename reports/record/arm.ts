import { z } from 'zod'
import { Figure } from './figure.ts'
import { Level, Role, Verdict } from './verdict.ts'

/** An arm as planned: one execution of a check on one RuntimeClass (or node) and, where it has table rows, one case. */
export const PlannedArm = z.strictObject({
  /** Unique in the run: `KATA-MEM-005 kata-qemu`, `KATA-PROC-002 kata-qemu a`, `KATA-MEM-005 control node-1`. */
  id: z.string(),
  behaviour: z.string(),
  chapter: z.string(),
  title: z.string(),
  level: Level,
  /** True when a failure of this arm makes the cluster not conformant. */
  gate: z.boolean(),
  role: Role,
  /** The RuntimeClass under test; null for the default runtime and for claims about the cluster or a node. */
  runtimeClass: z.string().nullable(),
  node: z.string().nullable(),
  case: z.string().nullable(),
  /** Which of several executions of the same arm, from 1 (--repeat). */
  repeat: z.number().int().min(1).default(1),
})
export type PlannedArm = z.infer<typeof PlannedArm>

/** One assertion as it was evaluated, in words: "MemTotal delta: expected 256 to be close to 256 +/- 4". */
export const Assertion = z.strictObject({
  ok: z.boolean(),
  text: z.string(),
  expected: z.string().nullable(),
  observed: z.string().nullable(),
})
export type Assertion = z.infer<typeof Assertion>

export const Measurement = z.strictObject({ name: z.string(), value: z.number(), unit: z.string() })
export type Measurement = z.infer<typeof Measurement>

/** A moment of an arm's life; `atMs` counts from the arm's start. */
export const TimelineEntry = z.strictObject({ atMs: z.number(), what: z.string() })
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** A file of evidence, its path relative to the run directory. */
export const Evidence = z.strictObject({ name: z.string(), path: z.string(), mediaType: z.string() })
export type Evidence = z.infer<typeof Evidence>

/** What an arm came to. Times are the arm's own: from the moment it was given its pods' budget to its verdict. */
export const ArmResult = z.strictObject({
  verdict: Verdict,
  startedAt: z.string(),
  durationMs: z.number(),
  /** The decisive expectation in words; null when nothing was asserted (skipped, broken). */
  expected: z.string().nullable(),
  observed: z.string().nullable(),
  /** Why, in one or more lines: the failed assertion, what broke, the need that is not met. Empty when passed. */
  message: z.string(),
  assertions: z.array(Assertion),
  measurements: z.array(Measurement),
  figures: z.array(Figure).default([]),
  findings: z.array(z.string()),
  timeline: z.array(TimelineEntry),
  evidence: z.array(Evidence),
})
export type ArmResult = z.infer<typeof ArmResult>

/** An arm of a finished run: the plan and the result side by side. */
export const ArmRecord = z.strictObject({ ...PlannedArm.shape, ...ArmResult.shape })
export type ArmRecord = z.infer<typeof ArmRecord>
