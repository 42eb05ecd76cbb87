/** Thrown when the node could not be read: says on which node, what was asked and why it failed. */
export class NodeProbeError extends Error {
  readonly node: string
  constructor(node: string, what: string, options?: { cause?: unknown }) {
    super(`node ${node}: ${what}`, options)
    this.name = 'NodeProbeError'
    this.node = node
  }
}
