import { orderOf, type Release } from './releases.ts'

/** versions.yaml of the tags 3.25.0 to 4.1.0: from which release on which version is shipped. */
const shipped: Readonly<Record<string, Readonly<Partial<Record<Release, string>>>>> = {
  'guest kernel': { 3.25: '6.18.5', 3.27: '6.18.12', 3.28: '6.18.15', 3.31: '6.18.28', 3.32: '6.18.35' },
  'guest kernel of Dragonball': {
    3.25: '6.12.47',
    3.29: '6.18.15',
    '3.30': '6.18.22',
    3.31: '6.18.28',
    3.32: '6.18.35',
  },
  QEMU: { 3.25: '10.2.0', 3.27: '10.2.1', 3.32: '11.0.1' },
  'Cloud Hypervisor': { 3.25: '48.0', 3.28: '51.1' },
  Firecracker: { 3.25: '1.12.1' },
  virtiofsd: { 3.25: '1.13.3', 4.1: '1.14.0' },
  'nydus-snapshotter': { 3.25: '0.15.10', 3.29: '0.15.15' },
}

/** Versions of what a release ships, by name of the component. */
export const componentsOf = (release: Release): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(shipped).map(([name, since]) => {
      const known = Object.entries(since).filter(([from]) => orderOf(from as Release) <= orderOf(release))
      known.sort(([left], [right]) => orderOf(left as Release) - orderOf(right as Release))
      return [name, known.at(-1)?.[1] ?? '']
    }),
  )
