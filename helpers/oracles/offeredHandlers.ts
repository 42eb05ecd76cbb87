import type { ClusterFacts } from '../facts/facts.ts'
import { shimOfHandler } from '../facts/kataShims.ts'

const handlersOf = (classes: ClusterFacts['classes']): string[] => [
  ...new Set(classes.flatMap(({ handler }) => handler.value ?? [])),
]

/** Handlers of the RuntimeClasses that can send pods to a node. */
export const handlersOffered = ({ classes }: ClusterFacts, node: string): string[] =>
  handlersOf(classes.filter(({ nodes }) => nodes.includes(node)))

/**
 * Handlers that some RuntimeClass names, wherever its pods may go: kata-deploy installs its shims on a node whatever cordon, taint or label of a TEE
 * keeps a class's pods off it.
 */
export const handlersNamed = ({ classes }: ClusterFacts): string[] => handlersOf(classes)

/** Classes of the operator's profile whose handler a node must have: those of shims that kata-deploy has for its architecture. */
export function declaredOn(
  { declared, nodes, kataVersion }: ClusterFacts,
  name: string,
): { readonly name: string; readonly handler: string }[] {
  const architecture = nodes.find((node) => node.name === name)?.architecture.value ?? null
  return (declared ?? []).flatMap(({ name: declaredName, handler }) => {
    if (handler === undefined) return []
    const architectures = shimOfHandler(handler)?.architectures(kataVersion.value)
    const elsewhere = architecture !== null && architectures !== undefined && !architectures.includes(architecture)
    return elsewhere ? [] : [{ name: declaredName, handler }]
  })
}
