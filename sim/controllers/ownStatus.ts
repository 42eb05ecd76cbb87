import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { conditionsOf } from './objectViews.ts'

/** Writes the status of an object where it differs from what the object says. */
export async function writeStatus(
  client: KubeClient,
  path: string,
  object: KubeObject,
  status: Record<string, unknown>,
): Promise<void> {
  const before = (object['status'] ?? {}) as Record<string, unknown>
  if (
    Object.entries(status).every(
      ([key, value]) => JSON.stringify(before[key] ?? null) === JSON.stringify(value ?? null),
    )
  )
    return
  try {
    await client.patch(`${path}/status`, { status }, 'application/merge-patch+json')
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.code !== 404) throw error
  }
}

export interface StatusCondition {
  type: string
  status: 'True' | 'False'
  reason: string
  message: string
}

/** Conditions whose times stay as they are while their status does. */
export function timedConditions(
  object: KubeObject,
  now: string,
  conditions: StatusCondition[],
): Record<string, unknown>[] {
  const before = conditionsOf(object)
  return conditions.map((condition) => {
    const known = before.find((one) => one.type === condition.type)
    if (
      known &&
      known.status === condition.status &&
      known.reason === condition.reason &&
      known.message === condition.message
    )
      return { ...known }
    return {
      ...condition,
      lastUpdateTime: now,
      lastTransitionTime: known?.status === condition.status ? known.lastTransitionTime : now,
    }
  })
}
