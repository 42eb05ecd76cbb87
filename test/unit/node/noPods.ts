import type { OwnPods } from '../../../helpers/node/createNodeChanges.ts'

/** Of changes of a node which are not about a pod. */
export const noPods: OwnPods = {
  has: () => false,
  sandbox: () => Promise.reject(new Error('no pod is asked for')),
}
