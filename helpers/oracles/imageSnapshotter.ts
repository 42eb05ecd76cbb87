import type { ClassFacts, ClusterFacts } from '../facts/facts.ts'
import { type ClassCondition, decide } from './applicability.ts'

/** kata-deploy names it so, or nydus-SUFFIX where it installs one of its own (containerd.rs, multiInstallSuffix). */
export const isNydus = (snapshotter: string): boolean => /^nydus(-|$)/.test(snapshotter)

/**
 * TEE and CoCo guests, and peer pods: those whose handlers kata-deploy gives the nydus snapshotter (values.yaml of 3.26, shims.*.containerd.snapshotter), but
 * for shims with forceGuestPull (the GPU's of 3.26 to 3.28), which do without.
 */
export const pullsInGuest: ClassCondition = (facts) => {
  if (facts.forcesGuestPull?.value === true)
    return { no: `experimental_force_guest_pull is true (${facts.forcesGuestPull.how})` }
  if (facts.hypervisor.value === 'remote') return true
  return decide('a confidential guest', facts.confidential, (value) => value)
}

/** Its images are unpacked by a snapshotter that its nodes have: not a class that waits for devmapper. */
export const unpacksOnNode: ClassCondition = (facts: ClassFacts, { nodes }: ClusterFacts) => {
  if (!facts.snapshotter) return { unknown: 'the snapshotter of the handler was not looked for' }
  return decide('snapshotter', facts.snapshotter, (name) => {
    const there = nodes.filter(({ name: node }) => facts.nodes.includes(node))
    // One that names nydus is none of those classes, and yet has to be seen.
    return (
      name === '' || isNydus(name) || there.some(({ snapshotters }) => snapshotters?.value?.includes(name) ?? false)
    )
  })
}
