import { z } from 'zod'
import { tees } from '../facts/tee.ts'
import type { Profile } from './profile.ts'
import { day, flag, memoryMiB, release, text, vcpus } from './units.ts'

export const knownDeviation = z.strictObject({
  behaviour: z.string().regex(/^KATA-[A-Z0-9]+-\d{3}$/, {
    error: ({ input }) => `is ${JSON.stringify(input)}; it must be the id of a claim, such as KATA-MEM-005`,
  }),
  runtimeClass: text.optional(),
  case: text.optional(),
  reason: text,
  reference: text.optional(),
  owner: text,
  expires: day,
})

const declaredClass = z.strictObject({
  name: text,
  handler: text.optional(),
  base: text.optional(),
  defaultMemoryMiB: memoryMiB.optional(),
  defaultVcpus: vcpus.optional(),
  blockDeviceUse: flag.optional(),
})

const names = (what: string) =>
  z.array(text, { error: ({ input }) => `is ${JSON.stringify(input)}; it must be a list of ${what}` }).optional()

/** Keys that may also stand beside the guide's block and chart values. */
export const besides = {
  storageClasses: z.strictObject({ block: text.optional(), filesystem: text.optional() }).optional(),
  cni: text.optional(),
  snapshotters: names('snapshotters, such as [nydus]'),
  tees: z
    .array(
      z.enum(tees, { error: ({ input }) => `is ${JSON.stringify(input)}; it must be one of ${tees.join(', ')}` }),
      { error: ({ input }) => `is ${JSON.stringify(input)}; it must be a list, such as [tdx]` },
    )
    .optional(),
  gpus: names('resources, such as [nvidia.com/gpu]'),
  kyverno: flag.optional(),
  defaultRuntimeClass: z.string().optional(),
  production: z.strictObject({ namespaceLabels: z.record(z.string(), z.string()).default({}) }).optional(),
  knownDeviations: z
    .array(knownDeviation, { error: ({ input }) => `is ${JSON.stringify(input)}; it must be a list` })
    .optional(),
}

/** The suite's own format. */
export const ownFormat = z.strictObject({
  kataVersion: release.optional(),
  distribution: text.optional(),
  classes: z
    .array(declaredClass, { error: ({ input }) => `is ${JSON.stringify(input)}; it must be a list of classes` })
    .optional(),
  ...besides,
})

export type Besides = z.infer<z.ZodObject<typeof besides>>

/** Takes away what zod leaves as undefined: absent is absent. */
export const withoutUndefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

/** The part of a profile that every format shares. */
export function fromBesides(
  found: Besides,
): Pick<
  Profile,
  | 'storageClasses'
  | 'cni'
  | 'snapshotters'
  | 'tees'
  | 'gpus'
  | 'kyverno'
  | 'knownDeviations'
  | 'defaultRuntimeClass'
  | 'production'
> {
  return {
    storageClasses: withoutUndefined(found.storageClasses ?? {}),
    cni: found.cni ?? null,
    snapshotters: found.snapshotters ?? [],
    tees: found.tees ?? [],
    gpus: found.gpus ?? [],
    kyverno: found.kyverno ?? false,
    ...(found.defaultRuntimeClass === undefined ? {} : { defaultRuntimeClass: found.defaultRuntimeClass }),
    ...(found.production === undefined ? {} : { production: found.production }),
    knownDeviations: (found.knownDeviations ?? []).map(
      (each) => withoutUndefined(each) as Profile['knownDeviations'][number],
    ),
  }
}

export function fromOwnFormat(found: z.infer<typeof ownFormat>, file: string): Profile {
  return {
    file,
    source: 'profile',
    kataVersion: found.kataVersion ?? null,
    distribution: found.distribution ?? null,
    classes: found.classes?.map((each) => withoutUndefined(each)) ?? null,
    ...fromBesides(found),
    notes: [],
  }
}
