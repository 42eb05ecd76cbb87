import { z } from 'zod'

/**
 * One observation of a figure. Samples of one block were made close together, on one node, in fresh sandboxes: they are not independent of each other,
 * blocks are.
 */
export const Sample = z.strictObject({
  at: z.string(),
  block: z.number().int().min(0),
  value: z.number(),
  /** Name of the rule that it breaks (`negative`, `clock-jump`, `node-not-quiet`…): kept, shown, and left out of every comparison. Null when valid. */
  invalid: z.string().nullable(),
})
export type Sample = z.infer<typeof Sample>

/** What is measured, and how. */
export const FigureHead = z.strictObject({
  /** Name of the metric in a policy: cold-start, guest-overhead. */
  metric: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  /** How it was measured: two runs with different methods are not compared. */
  method: z.string(),
  /** The guide's figure for sandboxes like these, in the same unit; null where it has none, absent where nobody looked. Shown beside, never held against. */
  documented: z.number().nullable().optional(),
})
export type FigureHead = z.infer<typeof FigureHead>

/** What an arm measured, every sample raw. Recorded, never passed or failed: `gate` compares two runs, the report shows the guide's figure beside it. */
export const Figure = z.strictObject({ ...FigureHead.shape, samples: z.array(Sample) })
export type Figure = z.infer<typeof Figure>

/** Readings in order, gathered to figures: those of one metric are one. */
export function gatherFigures(readings: readonly { readonly figure: FigureHead; readonly sample: Sample }[]): Figure[] {
  const figures = new Map<string, Figure>()
  for (const { figure, sample } of readings) {
    const known = figures.get(figure.metric) ?? { ...figure, samples: [] }
    known.samples.push(sample)
    figures.set(figure.metric, known)
  }
  return [...figures.values()]
}
