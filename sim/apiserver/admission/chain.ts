import type { KubeObject } from '../../kubeObject.ts'
import type { Context, User } from '../context.ts'
import type { Kind } from '../kinds.ts'
import type { Warnings } from '../write/request.ts'
import { kyvernoFirst, kyvernoLate } from './kyverno.ts'
import { limitRanger } from './limitRanger.ts'
import { namespaceLifecycle } from './namespaceLifecycle.ts'
import { podSecurity } from './podSecurity.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resourceQuota.ts'
import { runtimeClass } from './runtimeClass.ts'
import { serviceAccount } from './serviceAccount.ts'
import { defaultStorageClass, storageProtection } from './storageProtection.ts'
import { defaultTolerationSeconds, taintNodesByCondition } from './tolerations.ts'
import { loweredRequests } from './loweredRequests.ts'
import { volumeDevices } from './volumeDevices.ts'

export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE'
  kind: Kind
  namespace: string
  name: string
  subresource: string
  object: KubeObject
  old: KubeObject | null
  user: User
  warnings: Warnings
  dryRun: boolean
}

/** One admission plug-in. Both may throw ApiError 403. */
export interface Admission {
  /** Changes the object before it is validated. */
  mutate?(context: Context, request: AdmissionRequest): void
  /** Sees the object as it would be stored. */
  validate?(context: Context, request: AdmissionRequest): void
}

/** In the order of kube-apiserver (pkg/kubeapiserver/options/plugins.go, v1.34). */
const chain: readonly Admission[] = [
  namespaceLifecycle,
  kyvernoFirst,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  storageProtection,
  runtimeClass,
  defaultStorageClass,
  kyvernoLate,
  resourceQuota,
  volumeDevices,
  loweredRequests,
]

export function mutate(context: Context, request: AdmissionRequest): void {
  for (const plugin of chain) plugin.mutate?.(context, request)
}

export function validateAdmission(context: Context, request: AdmissionRequest): void {
  for (const plugin of chain) plugin.validate?.(context, request)
}
