/** A node that should have a probe has none: something broke, so that nothing can be said about the node. */
export class ProbeBroken extends Error {
  override readonly name = 'ProbeBroken'
  constructor(node: string, why: string) {
    super(`node ${node} should have a probe, and has none: ${why}`)
  }
}
