import type { KubeObject } from '../../kubeObject.ts'
import type { Strategy } from '../strategies.ts'
import { podStrategy } from './pod.ts'

const withoutStatus: Strategy = {
  prepareForCreate(object) {
    delete object['status']
  },
}

const namespaceStrategy: Strategy = {
  prepareForCreate(object) {
    object['spec'] = { ...(object['spec'] as object | undefined), finalizers: ['kubernetes'] }
    object['status'] = { phase: 'Active' }
  },
  prepareForUpdate(object, old, subresource) {
    if (subresource !== 'finalize') object['spec'] = (old as KubeObject)['spec']
  },
}

/** By plural name. */
export const strategies: Readonly<Record<string, Strategy>> = {
  namespaces: namespaceStrategy,
  pods: podStrategy,
  replicationcontrollers: withoutStatus,
}
