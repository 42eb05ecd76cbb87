import { classChanges } from './classChanges.ts'
import { componentsOf } from './components.ts'
import { hazards } from './hazards.ts'
import { crossed, orderOf, releaseNamed, type Release } from './releases.ts'
import { settings } from './settings.ts'
import { valueChanges } from './valueChanges.ts'
import type { ChangeWeight, VersionChange } from './versionChange.ts'

/** What going from one release of kata-deploy to another means, the weightiest first. */
export interface VersionDiff {
  readonly from: Release
  readonly to: Release
  readonly changes: readonly VersionChange[]
}

const order: readonly ChangeWeight[] = ['disrupts', 'act', 'know']

/**
 * Changes between two releases with their consequences: hazards of the way, RuntimeClasses, default shim, overhead, defaults of the shims, components,
 * values of the chart. Either direction: a roll-back is an upgrade to an older release. Equal releases: hazards of a restart only.
 * @throws UnknownReleaseError for a release that is not written down.
 */
export function diffOfVersions(before: string, after: string): VersionDiff {
  const [from, to] = [releaseNamed(before), releaseNamed(after)]
  const changes = [
    ...hazards(from, to),
    ...classChanges(from, to),
    ...settingChanges(from, to),
    ...valueChanges(from, to),
    ...componentChanges(from, to),
  ]
  return { from, to, changes: changes.sort((one, other) => order.indexOf(one.weight) - order.indexOf(other.weight)) }
}

function settingChanges(from: Release, to: Release): VersionChange[] {
  const back = orderOf(to) < orderOf(from)
  return settings
    .filter(({ since }) => crossed(from, to).includes(since))
    .map(({ subject, before, after, weight, consequence, source }) => ({
      kind: 'setting',
      weight,
      subject,
      before: back ? after : before,
      after: back ? before : after,
      consequence: back ? `taken back, what the newer release brought: ${consequence}` : consequence,
      source,
    }))
}

function componentChanges(from: Release, to: Release): VersionChange[] {
  const [was, is] = [componentsOf(from), componentsOf(to)]
  return [...was].flatMap(([subject, before]): VersionChange[] => {
    const after = is.get(subject) ?? null
    if (after === before) return []
    const consequence = 'new sandboxes use it; running ones keep what they started with, until they are replaced'
    return [
      { kind: 'component', weight: 'know', subject, before, after, consequence, source: 'versions.yaml of the tags' },
    ]
  })
}
