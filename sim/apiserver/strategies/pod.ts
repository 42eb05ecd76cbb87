import type { KubeObject } from '../../kubeObject.ts'
import { qosClass } from '../pods/qosClass.ts'
import type { Strategy } from '../strategies.ts'

export const podStrategy: Strategy = {
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending', qosClass: qosClass(object) }
  },
  prepareForUpdate(object, old, subresource) {
    if (subresource === 'status') return
    const status = { ...(old as KubeObject)['status'] } as Record<string, unknown>
    object['status'] = status
  },
}
