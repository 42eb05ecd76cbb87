import { z } from 'zod'
import { Level } from '../../reports/record/verdict.ts'

export const kinds = [
  'configuration',
  'functional',
  'documentation-only',
  'negative',
  'security',
  'footprint',
  'performance',
] as const

/** One documented behaviour, as specs/<chapter>/behaviours.yaml states it. The check beside it adds how it is observed. */
export const Claim = z.strictObject({
  id: z.string().regex(/^KATA-[A-Z0-9]+-\d{3}$/, 'must look like KATA-MEM-005'),
  title: z.string().min(1),
  statement: z.string().min(1),
  source: z.array(z.string().min(1)).min(1),
  level: Level,
  kind: z.enum(kinds),
  /** A failure makes the cluster not conformant. */
  gate: z.boolean(),
  versions: z.string(),
  needs: z.array(z.string()),
  danger: z.array(z.string()),
  cases: z.array(z.looseObject({ id: z.string() })).optional(),
  /** Why the claim has no executable check. */
  reason: z.string().min(1).optional(),
})
export type Claim = z.infer<typeof Claim>

export const ChapterFile = z.strictObject({
  chapter: z.string().regex(/^[A-Z0-9]+$/, 'must be the chapter part of its ids, such as MEM'),
  title: z.string().min(1),
  claims: z.array(Claim).min(1),
})

export interface Chapter {
  readonly name: string
  readonly title: string
  /** Folder below specs/ */
  readonly folder: string
  readonly claims: readonly Claim[]
}
