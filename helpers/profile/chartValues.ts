import { load } from 'js-yaml'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { hypervisorTable } from '../facts/classOnNode.ts'
import { besides, fromBesides, withoutUndefined } from './ownFormat.ts'
import type { DeclaredClass, Profile } from './profile.ts'
import { flag, text } from './units.ts'

/** Null follows disableAll (chart 3.26 and later). */
const chartShim = z.looseObject({ enabled: flag.nullable().optional() })

const chartRuntime = z.looseObject({
  baseConfig: text.optional(),
  dropIn: z.string().optional(),
  runtimeClass: z.string().optional(),
})

/** The parts of kata-deploy's values that declare RuntimeClasses; all else is the chart's business. Charts 3.25 to 4.1. */
export const chartValues = z.looseObject({
  image: z.looseObject({ tag: z.string().nullable().optional() }).optional(),
  k8sDistribution: text.optional(),
  debug: flag.optional(),
  shims: z.looseObject({ disableAll: flag.optional() }).catchall(chartShim),
  defaultShim: z.record(z.string(), text).optional(),
  runtimeClasses: z.looseObject({ createDefault: flag.optional(), defaultName: text.optional() }).optional(),
  env: z.looseObject({ multiInstallSuffix: z.string().nullable().optional() }).optional(),
  /** Snapshotters that kata-deploy sets up itself. */
  snapshotter: z.looseObject({ setup: z.array(text).nullable().optional() }).optional(),
  customRuntimes: z
    .looseObject({ enabled: flag.optional(), runtimes: z.record(z.string(), chartRuntime).optional() })
    .optional(),
  ...besides,
})

export function fromChartValues(found: z.infer<typeof chartValues>, file: string): Profile {
  const { disableAll = false, ...shims } = found.shims
  const suffix = found.env?.multiInstallSuffix ? `-${found.env.multiInstallSuffix}` : ''
  const classes = Object.entries(shims as Record<string, z.infer<typeof chartShim>>)
    .filter(([, shim]) => shim.enabled ?? !disableAll)
    .map(([name]): DeclaredClass => ({ name: `kata-${name}${suffix}`, handler: `kata-${name}${suffix}` }))
  const tag = found.image?.tag ?? ''
  const besides = fromBesides(found)
  const setUp = (found.snapshotter?.setup ?? []).map((name) => `${name}${suffix}`)
  return {
    file,
    source: 'chart',
    kataVersion: /^\d+\.\d+\.\d+/.test(tag) ? tag : null,
    distribution: found.k8sDistribution ?? null,
    classes: [...classes, ...defaultClass(found, suffix), ...customClasses(found)],
    namesAllClasses: disableAll,
    ...besides,
    snapshotters: [...new Set([...besides.snapshotters, ...setUp])],
    notes: [
      'read as values of the kata-deploy chart',
      ...(disableAll
        ? []
        : [
            'shims.disableAll is not true: shims that the file does not name follow the chart, and are not declared here',
          ]),
    ],
  }
}

function defaultClass(found: z.infer<typeof chartValues>, suffix: string): DeclaredClass[] {
  if (!found.runtimeClasses?.createDefault) return []
  const shims = [...new Set(Object.values(found.defaultShim ?? {}))]
  const name = found.runtimeClasses.defaultName ?? 'kata'
  // One handler only where all architectures agree.
  return [shims.length === 1 ? { name, handler: `kata-${shims[0]}${suffix}` } : { name }]
}

function customClasses(found: z.infer<typeof chartValues>): DeclaredClass[] {
  if (!found.customRuntimes?.enabled) return []
  return Object.entries(found.customRuntimes.runtimes ?? {}).flatMap(([, runtime]) => {
    if (!runtime.runtimeClass) return []
    const object = load(runtime.runtimeClass) as { metadata?: { name?: string }; handler?: string } | null
    const name = object?.metadata?.name
    return name
      ? [withoutUndefined({ name, handler: object?.handler, base: runtime.baseConfig, ...fromDropIn(runtime.dropIn) })]
      : []
  })
}

/** What a drop-in sets of a sandbox's size and block devices. */
function fromDropIn(dropIn: string | undefined) {
  if (!dropIn) return {}
  const table = hypervisorTable(parse(dropIn))?.table ?? {}
  const { default_memory: memory, default_vcpus: cpus, disable_block_device_use: noBlock } = table
  return {
    defaultMemoryMiB: typeof memory === 'number' ? memory : undefined,
    defaultVcpus: typeof cpus === 'number' ? cpus : undefined,
    blockDeviceUse: typeof noBlock === 'boolean' ? !noBlock : undefined,
  }
}
