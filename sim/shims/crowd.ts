import type { SimNode } from '../node/simNode.ts'

/** Sandboxes that are there at once, by node. */
const crowds = new WeakMap<SimNode, number>()

/** What the node's kernel keeps for the VM of a sandbox among many, until the VM has ended. */
export function joinCrowd(node: SimNode, ended: Promise<unknown>): void {
  const place = (crowds.get(node) ?? 0) + 1
  crowds.set(node, place)
  const kib = place >= 9 && place <= 16 ? node.departures.crowdSlabMiB * 1024 : 0
  node.machine.keepSlab(kib)
  void ended.then(() => {
    crowds.set(node, (crowds.get(node) ?? 1) - 1)
    node.machine.keepSlab(-kib)
  })
}
