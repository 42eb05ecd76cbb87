import type { Strategy } from '../strategies.ts'
import { configMapStrategy, secretStrategy } from './configuration.ts'
import { podStrategy } from './pod.ts'
import { roleBindingStrategy, roleStrategy } from './rbac.ts'
import { priorityClassStrategy, runtimeClassStrategy } from './runtimeClass.ts'
import { serviceStrategy } from './service.ts'
import { claimStrategy, storageClassStrategy, volumeStrategy } from './storage.ts'
import {
  daemonSetStrategy,
  deploymentStrategy,
  jobStrategy,
  replicaSetStrategy,
  statefulSetStrategy,
} from './workloads.ts'

const withoutStatus: Strategy = {
  prepareForCreate(object) {
    delete object['status']
  },
}

const namespaceStrategy: Strategy = {
  prepareForCreate(object) {
    const given = ((object['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? []).filter(
      (one) => one !== 'kubernetes',
    )
    object['spec'] = { ...(object['spec'] as object | undefined), finalizers: [...given, 'kubernetes'] }
    object['status'] = { phase: 'Active' }
  },
  prepareForUpdate(object, old, subresource) {
    if (subresource !== 'finalize') object['spec'] = old['spec']
    else object['status'] = old['status']
  },
}

/** By plural name. */
export const strategies: Readonly<Record<string, Strategy>> = {
  namespaces: namespaceStrategy,
  pods: podStrategy,
  configmaps: configMapStrategy,
  secrets: secretStrategy,
  services: serviceStrategy,
  persistentvolumeclaims: claimStrategy,
  persistentvolumes: volumeStrategy,
  storageclasses: storageClassStrategy,
  runtimeclasses: runtimeClassStrategy,
  priorityclasses: priorityClassStrategy,
  deployments: deploymentStrategy,
  daemonsets: daemonSetStrategy,
  replicasets: replicaSetStrategy,
  statefulsets: statefulSetStrategy,
  jobs: jobStrategy,
  roles: roleStrategy,
  clusterroles: roleStrategy,
  rolebindings: roleBindingStrategy,
  clusterrolebindings: roleBindingStrategy,
  resourcequotas: withoutStatus,
  replicationcontrollers: withoutStatus,
  cronjobs: withoutStatus,
  poddisruptionbudgets: withoutStatus,
  ingresses: withoutStatus,
}
