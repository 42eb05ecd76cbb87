import type { KubeObject } from '../cluster/cluster.ts'
import type { ImageResolver } from './images.ts'
import { pullSecretName } from './pullSecret.ts'

/**
 * The manifest of a check with what the engine decides: name, namespace, labels, node and images.
 *
 * The node is asked for by affinity, not by `nodeName`: so the scheduler still counts the pod's requests and overhead, and
 * says when there is no room, where the kubelet would only fail the pod (OutOfcpu).
 */
export function completeManifest(
  manifest: KubeObject,
  by: {
    name: string
    namespace: string
    labels: Readonly<Record<string, string>>
    node?: string | undefined
    images: ImageResolver
  },
): KubeObject {
  const { metadata } = manifest
  const spec = structuredClone((manifest['spec'] ?? {}) as PodFields)
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    container.image = by.images.resolve(container.image)
  if (by.images.pullConfig !== undefined)
    spec.imagePullSecrets = [...(spec.imagePullSecrets ?? []), { name: pullSecretName }]
  return {
    ...manifest,
    metadata: { ...metadata, name: by.name, namespace: by.namespace, labels: { ...metadata.labels, ...by.labels } },
    // A pod that its check binds to a node goes to no other: a condition on top would be one that the node refuses it for.
    spec:
      by.node === undefined || spec.nodeName !== undefined
        ? spec
        : { ...spec, affinity: onNode(spec.affinity ?? {}, by.node) },
  }
}

interface PodFields {
  containers?: { image: string }[]
  initContainers?: { image: string }[]
  imagePullSecrets?: { name: string }[]
  nodeName?: string
  affinity?: Affinity
}

interface Affinity {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: object[] } }
}

/** The node's name as a condition of every term (terms are alternatives, conditions of one term all hold). */
function onNode(affinity: Affinity, node: string): Affinity {
  const name = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  const terms = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}]
  const required = { nodeSelectorTerms: terms.map((term) => ({ ...term, ...name })) }
  return {
    ...affinity,
    nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  }
}
