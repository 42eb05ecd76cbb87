import type { NodeFacts } from '../../../helpers/facts/facts.ts'
import { isNydus } from '../../../helpers/oracles/imageSnapshotter.ts'
import type { Need } from '../need.ts'

/** `devmapper`: containerd has it; `devmapper-absent`: it has not. */
function snapshotter(node: NodeFacts | undefined, argument: string): string | null {
  const [, name = '', absent] = /^(.+?)(-absent)?$/.exec(argument) ?? []
  const fact = node?.snapshotters
  if (!fact || fact.value === null)
    return `whether containerd has the snapshotter ${name} is not known: ${fact?.how ?? 'no node to ask'}`
  // kata-deploy of a second installation calls its own nydus-SUFFIX.
  const has = fact.value.some((each) => (name === 'nydus' ? isNydus(each) : each === name))
  if (absent) return has ? `is about nodes without the snapshotter ${name}, which is set up here: ${fact.how}` : null
  return has ? null : `needs the snapshotter ${name}, which is not set up here: ${fact.how}`
}

export const snapshotterNeeds: Readonly<Record<string, Need>> = {
  snapshotter: ({ node }, argument) => snapshotter(node, argument),
  /** `nydus:absent`, `nydus:present` of the catalogue. */
  nydus: ({ node }, argument) => snapshotter(node, argument === 'absent' ? 'nydus-absent' : 'nydus'),
}
