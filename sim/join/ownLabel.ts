import type { KubeObject } from '../kubeObject.ts'
import { simulatedLabel } from '../node/clusterObjects.ts'

/** On every object that a joined simulation makes: by it they are known, and removed. */
export const ours = { [simulatedLabel]: 'true' } as const

/** The same as a query. */
export const ownSelector = { labelSelector: `${simulatedLabel}=true` } as const

export const isOurs = (object: KubeObject): boolean => object.metadata.labels?.[simulatedLabel] === 'true'

export const labelled = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...ours } },
})
