import { errorByName } from '../errorByName.ts'
/** Somebody else than the suite took a pod away, or the way to it: what was observed meanwhile says nothing about the product. */
export class PodLost extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('PodLost')
  override readonly name = 'PodLost'
}
