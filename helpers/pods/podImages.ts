import type { KubeObject } from '../cluster/cluster.ts'

/** Container states in which the image is at fault (kubernetes 1.34, pkg/kubelet/images/types.go). */
const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])

export const isImageReason = (reason: string): boolean => imageReasons.has(reason)

/** References of all containers of a pod. */
export function imagesOf(pod: KubeObject): string[] {
  const spec = (pod['spec'] ?? {}) as { containers?: { image?: string }[]; initContainers?: { image?: string }[] }
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(({ image }) => image ?? [])
}
