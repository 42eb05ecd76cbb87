import type { ClassFacts, NodeFacts } from './facts.ts'

/**
 * Why no pod of the class can start on the node: its handler names a snapshotter that nobody has set up there (devmapper, nydus), which kata-deploy
 * leaves to the operator. Null where it can, as far as is known.
 */
export function snapshotterLacking(
  { name, snapshotter }: Pick<ClassFacts, 'name' | 'snapshotter'>,
  node: Pick<NodeFacts, 'name' | 'snapshotters'>,
): string | null {
  const wanted = snapshotter?.value ?? ''
  const there = node.snapshotters
  if (wanted === '' || !there?.value || there.value.includes(wanted)) return null
  return `${name} needs the snapshotter ${wanted}, which is not set up on ${node.name}: ${there.how}`
}
