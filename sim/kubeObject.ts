/** A Kubernetes object as JSON. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    deletionTimestamp?: string
    deletionGracePeriodSeconds?: number
    finalizers?: string[]
    [field: string]: unknown
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects of any kind
  [field: string]: any
}
