import { majorMinor } from '../../facts/kataVersion.ts'

/** Releases of kata-deploy whose chart and components are written down, oldest first. A patch release is taken for its minor one. */
export const releases = ['3.25', '3.26', '3.27', '3.28', '3.29', '3.30', '3.31', '3.32', '4.0', '4.1'] as const
export type Release = (typeof releases)[number]

/** A release about which nothing is written down. */
export class UnknownReleaseError extends Error {
  override name = 'UnknownReleaseError'
  constructor(version: string) {
    super(
      `nothing is written down of kata-deploy ${version}: known are ${releases[0]} to ${releases.at(-1) ?? ''}; its chart's values.yaml and release notes say what changes`,
    )
  }
}

/** 3.26 of 3.26.0 or v3.26.1. @throws UnknownReleaseError */
export function releaseNamed(version: string): Release {
  const parts = majorMinor(version.replace(/^v/, ''))
  const found = releases.find((each) => each === parts?.join('.'))
  if (!found) throw new UnknownReleaseError(version)
  return found
}

/** How old it is: its place among all. */
export const orderOf = (release: Release): number => releases.indexOf(release)

/** Releases that lie between, the newer end included and the older one not: whatever changed in one of these differs. */
export function crossed(from: Release, to: Release): readonly Release[] {
  const [low, high] = [orderOf(from), orderOf(to)].sort((left, right) => left - right)
  return releases.slice((low ?? 0) + 1, (high ?? 0) + 1)
}
