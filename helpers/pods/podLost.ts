/** Somebody else than the suite took a pod away, or the way to it: what was observed meanwhile says nothing about the product. */
export class PodLost extends Error {
  override readonly name = 'PodLost'
}
