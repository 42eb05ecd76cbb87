import type { KubeObject } from '../kubeObject.ts'
import type { Kind } from './kinds.ts'

/*
 * events.k8s.io/v1 Events are core Events under other names (pkg/apis/events/v1/conversion.go, v1.34).
 */

const renamed: readonly (readonly [events: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]

/** What is stored, as the kind that was asked for shows it. */
export const fromCore = (kind: Kind, object: KubeObject): KubeObject =>
  kind.viewOf === undefined ? object : rename(object, 'events.k8s.io/v1', 1)

/** What was sent, as it is stored. */
export const toCore = (kind: Kind, object: KubeObject): KubeObject =>
  kind.viewOf === undefined ? object : rename(object, 'v1', 0)

function rename(object: KubeObject, apiVersion: string, from: 0 | 1): KubeObject {
  const out: KubeObject = { ...object, apiVersion }
  for (const pair of renamed) {
    const name = pair[from]
    if (out[name] === undefined) continue
    out[pair[1 - from] as string] = out[name]
    delete out[name]
  }
  return out
}
