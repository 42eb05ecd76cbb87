import { z } from 'zod'

/**
 * What an arm came to.
 *
 * - passed: observed, and at least one assertion ran
 * - failed: the product departs from the claim
 * - broken: the infrastructure kept us from knowing; never silently passed, never blamed on Kata
 * - environment: fails on the control arm too, so it is not Kata's
 * - skipped: a need is not met; the reason says which one and how that is known
 * - known: matches an entry of the known deviations
 */
export const verdicts = ['passed', 'failed', 'broken', 'environment', 'skipped', 'known'] as const
export const Verdict = z.enum(verdicts)
export type Verdict = z.infer<typeof Verdict>

/** check: decides conformance. control: the same observation under the default runtime. canary: must fail there. */
export const roles = ['check', 'control', 'canary'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

export const levels = ['MUST', 'SHOULD', 'MAY', 'INFO'] as const
export const Level = z.enum(levels)
export type Level = z.infer<typeof Level>
