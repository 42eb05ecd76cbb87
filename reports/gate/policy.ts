import { z } from 'zod'
import { Level } from '../record/verdict.ts'

const Fraction = z.number().gt(0).lt(10)

const Tolerated = z.strictObject({
  behaviour: z.string(),
  runtimeClass: z.string().optional(),
  case: z.string().optional(),
  reason: z.string().min(1),
  /** Upstream issue or document. */
  reference: z.string().optional(),
  owner: z.string().min(1),
  /** Last day on which it excuses anything. */
  expires: z.iso.date(),
})
export type Tolerated = z.infer<typeof Tolerated>

const MetricRule = z.strictObject({
  /** False: shown, never a reason not to ship. */
  gate: z.boolean().default(true),
  /** A change that is smaller is nobody's concern, whatever the statistics say; 0.05 is five per cent. */
  minimalEffect: Fraction.optional(),
  /** True: a figure that cannot be judged keeps the answer open. */
  required: z.boolean().default(false),
})

/** What keeps a release from being shipped. Everything has a default: an empty policy is a policy. */
export const Policy = z.strictObject({
  /** Claims of these levels that newly fail block. */
  block: z.array(Level).default(['MUST']),
  tolerated: z.array(Tolerated).default([]),
  coverage: z
    .strictObject({
      /** Levels at which what was observed before must be observed again. */
      required: z.array(Level).default(['MUST']),
      /** Behaviours that may go unobserved, with the reason. */
      except: z.array(z.strictObject({ behaviour: z.string(), reason: z.string().min(1) })).default([]),
    })
    .default({ required: ['MUST'], except: [] }),
  figures: z
    .strictObject({
      /** Chance of even one false alarm among all figures of a comparison. */
      alpha: z.number().gt(0).lt(0.5).default(0.01),
      minimalEffect: Fraction.default(0.05),
      metrics: z.record(z.string(), MetricRule).default({}),
    })
    .default({ alpha: 0.01, minimalEffect: 0.05, metrics: {} }),
  repeats: z
    .strictObject({
      /** Chance of even one false alarm among all checks that were repeated. */
      alpha: z.number().gt(0).lt(0.5).default(0.01),
    })
    .default({ alpha: 0.01 }),
  /** RuntimeClasses that have another name now: former: present. */
  renamedClasses: z.record(z.string(), z.string()).default({}),
})
export type Policy = z.infer<typeof Policy>

export const defaultPolicy: Policy = Policy.parse({})
