import type { ClassFacts, NodeFacts } from '../facts/facts.ts'
import type { ClassCondition } from './applicability.ts'

/** Snapshotters of containerd whose layers are block devices or images: a guest has them as disks, whatever shares its other files. */
const ofBlocks = ['devmapper', 'blockfile', 'erofs']

/** What unpacks the images of a class on a node: its handler's own snapshotter, else that of all. */
export const snapshotterOf = (
  { snapshotter }: Pick<ClassFacts, 'snapshotter'>,
  node: Pick<NodeFacts, 'snapshotters'> | undefined,
): string => snapshotter?.value || (node?.snapshotters?.value?.[0] ?? 'overlayfs')

/** The root of a container is a directory of the node, which is shared with the guest. */
export const sharesRoot = (...of: Parameters<typeof snapshotterOf>): boolean => !ofBlocks.includes(snapshotterOf(...of))

/** `sharesRoot`, on each node that the class can be scheduled to. */
export const rootShared: ClassCondition = (of, { nodes }) => {
  const apart = nodes.find((node) => of.nodes.includes(node.name) && !sharesRoot(of, node))
  return apart === undefined
    ? true
    : { no: `containerd's snapshotter ${snapshotterOf(of, apart)} gives its pods on ${apart.name} disks for a root` }
}
