import { z } from 'zod'
import { besides, fromBesides, withoutUndefined } from './ownFormat.ts'
import type { DeclaredClass, Profile } from './profile.ts'
import { flag, memoryMiB, release, text, vcpus } from './units.ts'

/** Some parameters of the guide are empty texts when they are not used. */
const maybeText = z.string({ error: ({ input }) => `is ${JSON.stringify(input)}; it must be a text` })

export const guideShim = z.strictObject({
  enabled: flag,
  allowedHypervisorAnnotations: z.array(text).optional(),
})

export const guideRuntime = z.strictObject({
  enabled: flag,
  baseConfig: text,
  defaultMemory: memoryMiB.optional(),
  defaultVcpus: vcpus.optional(),
  blockDeviceEnabled: flag.optional(),
  blockDeviceDriver: maybeText.optional(),
})

/** Parameters of the guides for 3.25 and 3.26: Configuration > Paramètres disponibles. */
export const guideParameters = z.strictObject({
  version: release.optional(),
  k8sDistribution: text.optional(),
  debug: flag.optional(),
  createDefaultRuntimeClass: flag.optional(),
  shims: z.record(z.string(), guideShim).optional(),
  customRuntimes: z.record(z.string(), guideRuntime).optional(),
})

/** A file with the guide's block, verbatim. Other settings of the deployer may stand beside it. */
export const guideBlock = z.looseObject({ kataContainers: guideParameters, ...besides })

/**
 * What the block declares. Its shims become RuntimeClasses kata-<shim>, its custom runtimes kata-<name>, each with a handler of the
 * same name (guide 3.26: RuntimeClasses créées). What is not enabled is declared to be absent by not being in the list.
 */
export function fromGuideBlock(found: z.infer<typeof guideBlock>, file: string): Profile {
  const { kataContainers } = found
  const shims = Object.entries(kataContainers.shims ?? {})
    .filter(([, shim]) => shim.enabled)
    .map(([name]): DeclaredClass => ({ name: `kata-${name}`, handler: `kata-${name}` }))
  const custom = Object.entries(kataContainers.customRuntimes ?? {})
    .filter(([, runtime]) => runtime.enabled)
    .map(
      ([name, runtime]) =>
        withoutUndefined({
          name: `kata-${name}`,
          handler: `kata-${name}`,
          base: runtime.baseConfig,
          defaultMemoryMiB: runtime.defaultMemory,
          defaultVcpus: runtime.defaultVcpus,
          blockDeviceUse: runtime.blockDeviceEnabled,
        }) as DeclaredClass,
    )
  // The handler behind "kata" is that of the chart's default shim, which the block does not name.
  const byDefault: DeclaredClass[] = kataContainers.createDefaultRuntimeClass ? [{ name: 'kata' }] : []
  const others = Object.keys(found).filter((key) => key !== 'kataContainers' && !(key in besides))
  return {
    file,
    source: 'guide',
    kataVersion: kataContainers.version ?? null,
    distribution: kataContainers.k8sDistribution ?? null,
    classes: [...shims, ...byDefault, ...custom],
    ...fromBesides(found),
    notes: [
      "read as the guide's kataContainers: block",
      ...(kataContainers.debug ? ['debug is on: performance figures are not comparable'] : []),
      ...(others.length > 0 ? [`not looked at: ${others.join(', ')}`] : []),
    ],
  }
}
