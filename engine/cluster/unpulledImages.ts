import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { isImageReason } from '../../helpers/pods/podImages.ts'
import { PodStartError } from '../../helpers/pods/podStartError.ts'

/** For so long what is known of an image counts: a registry that was away for a moment breaks no whole run. */
const REMEMBERED_MS = 60_000

/** Remembers which images could not be pulled: what needs one of them is told at once, and does not wait for the same answer. */
export interface UnpulledImages {
  /** Throws PodStartError, of kind infrastructure, when one of the images is known not to come to the node. */
  check(images: readonly string[], node: string): void
  /** Keeps what an error says of images. */
  learn(error: unknown, node: string): void
}

/** @param now monotonic, ms */
export function createUnpulledImages(now: () => number = () => performance.now()): UnpulledImages {
  const known = new Map<string, { why: string; at: number }>()
  const key = (image: string, node: string) => `${image} ${node}`
  return {
    check(images, node) {
      for (const image of images) {
        const { why, at } = known.get(key(image, node)) ?? { why: '', at: -Infinity }
        if (now() - at > REMEMBERED_MS) continue
        const message = `image ${image} cannot be pulled on node ${node}, as an earlier pod found: ${why}`
        throw new PodStartError('infrastructure', message, {
          failure: { reason: 'ImagePullBackOff', message: why },
          object: null,
        })
      }
    },
    learn(error, node) {
      if (!(error instanceof PodStartError) || error.object === null || !isImageReason(error.failure.reason)) return
      for (const { image, why } of waitingForImages(error.object)) known.set(key(image, node), { why, at: now() })
    },
  }
}

/** Images of the containers that wait for theirs, by the pod's own specification: the status names them otherwise. */
function waitingForImages(pod: KubeObject): { image: string; why: string }[] {
  const status = (pod['status'] ?? {}) as Record<string, { name: string; state?: { waiting?: Waiting } }[] | undefined>
  const spec = (pod['spec'] ?? {}) as Record<string, { name: string; image: string }[] | undefined>
  const containers = [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])]
  const statuses = [...(status['initContainerStatuses'] ?? []), ...(status['containerStatuses'] ?? [])]
  return statuses.flatMap(({ name, state }) => {
    const image = containers.find((container) => container.name === name)?.image
    const { reason = '', message } = state?.waiting ?? {}
    return image !== undefined && isImageReason(reason) ? [{ image, why: message ?? reason }] : []
  })
}

interface Waiting {
  readonly reason?: string
  readonly message?: string
}
