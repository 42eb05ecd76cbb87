import { chartDefaults } from './chartDefaults.ts'
import type { Release } from './releases.ts'
import type { ChangeWeight, VersionChange } from './versionChange.ts'

/** What a changed, new or gone default means, by the beginning of its key; the first that fits. */
const meanings: readonly [prefix: string, weight: ChangeWeight, consequence: string][] = [
  [
    'snapshotter.setup',
    'act',
    'kata-deploy installs these snapshotters on every node and adds them to containerd’s configuration; images of shims that use them are pulled anew',
  ],
  ['updateStrategy', 'know', 'how many nodes are upgraded at once; before it, the DaemonSet’s default of one'],
  ['health', 'know', 'kata-deploy’s pods are Ready only when the installation has ended'],
  ['priorityClassName', 'know', 'kata-deploy’s pods may push others out where a node is full'],
  ['resources', 'know', 'kata-deploy’s pods ask for this much of each node'],
  [
    'deploymentMode',
    'know',
    'Jobs in place of the DaemonSet are possible; changing it needs an uninstallation from 4.1 on',
  ],
  ['verification', 'know', 'the chart’s own verification Job waits so long'],
  ['image', 'act', 'nodes pull from another place: a mirror must have it'],
  ['kubectlImage', 'act', 'a further image: a mirror must have it'],
  ['runtimeClasses.overheadEnabled', 'know', 'overhead can be left out of the RuntimeClasses'],
  ['startupTaints', 'know', 'nodes can be kept free until Kata is installed'],
]

const shimMeanings: readonly [part: RegExp, weight: ChangeWeight, consequence: string][] = [
  [/\.enabled$/, 'know', 'null follows shims.disableAll: the shim stays enabled unless that is set'],
  [
    /\.supportedArches$/,
    'act',
    'nodes of an architecture that is no longer in the list lose the handler, and their pods of this class; those of a new one gain it',
  ],
  [/snapshotter$/, 'act', 'images for new pods of this class are unpacked by another snapshotter'],
  [/forceGuestPull$/, 'act', 'images for new pods of this class are pulled by another party: host or guest'],
  [/runtimeClass\.nodeSelector/, 'act', 'new pods of this class go to nodes with this label only'],
]

/** Defaults of values.yaml that differ, but for what classes and default shims tell already. */
export function valueChanges(from: Release, to: Release): VersionChange[] {
  const [was, is] = [chartDefaults(from), chartDefaults(to)]
  const keys = [...new Set([...was.keys(), ...is.keys()])].sort()
  const shimThere = (values: ReadonlyMap<string, unknown>, key: string) => {
    const shim = /^shims\.([^.]+)\./.exec(key)?.[1]
    return shim === undefined || shim === 'disableAll' || values.has(`shims.${shim}.supportedArches`)
  }
  return keys.flatMap((key): VersionChange[] => {
    if (key.startsWith('defaultShim.') || !shimThere(was, key) || !shimThere(is, key)) return []
    const [before, after] = [inLine(was, key), inLine(is, key)]
    if (before === after) return []
    const source = 'kata-deploy: values.yaml'
    if (after === null) return [{ kind: 'value-gone', subject: key, before, after, ...goneMeans(key), source }]
    const [weight, consequence] = means(key, before === null)
    return [
      {
        kind: before === null ? 'value-new' : 'value-changed',
        subject: key,
        before,
        after,
        weight,
        consequence,
        source,
      },
    ]
  })
}

const inLine = (values: ReadonlyMap<string, unknown>, key: string): string | null =>
  values.has(key) ? JSON.stringify(values.get(key)) : null

function goneMeans(key: string): { weight: ChangeWeight; consequence: string } {
  if (key.startsWith('job.'))
    return {
      weight: 'act',
      consequence: 'values that set it are refused, with a hint where it went: take it out first',
    }
  return { weight: 'act', consequence: 'values that set it have no effect any more' }
}

function means(key: string, fresh: boolean): [ChangeWeight, string] {
  if (key.startsWith('shims.')) {
    const [, weight, consequence] = shimMeanings.find(([part]) => part.test(key)) ?? []
    if (weight !== undefined && consequence !== undefined) return [weight, consequence]
  }
  const [, weight, consequence] = meanings.find(([prefix]) => key === prefix || key.startsWith(`${prefix}.`)) ?? []
  if (weight !== undefined && consequence !== undefined) return [weight, consequence]
  return fresh
    ? ['know', 'new: nothing changes unless values set it']
    : ['act', 'another default: say the former one in values to keep it']
}
