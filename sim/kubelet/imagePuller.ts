import type { KubeObject } from '../kubeObject.ts'
import * as backOffs from './backOff.ts'
import { fieldPathOf, type ContainerRecord } from './containerRecord.ts'
import type { KubeletContext } from './kubeletContext.ts'

/** Ready: the image is there. Otherwise why the container waits, and in how many ms to try again. */
export type ImageResult = { image: { name: string; id: string } } | { reason: string; message: string; retryMs: number }

export interface ImagePuller {
  ensure(pod: KubeObject, record: ContainerRecord): Promise<ImageResult>
}

/** Image manager of one pod (pkg/kubelet/images/image_manager.go, 1.34): events and reasons in its words. */
export function createImagePuller(context: KubeletContext): ImagePuller {
  const failures = new Map<string, { backOff: backOffs.BackOff; error: string }>()
  return {
    async ensure(pod, record) {
      const { image } = record.spec
      const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
        context.events.event(pod, type, reason, message, fieldPathOf(record))
      const policy = record.spec.imagePullPolicy ?? (/:latest$|^[^:]+$/.test(image) ? 'Always' : 'IfNotPresent')
      const present = context.images.status(image)
      if (present && policy !== 'Always') {
        tell('Normal', 'Pulled', `Container image "${image}" already present on machine`)
        return { image: present }
      }
      if (policy === 'Never') {
        const message = `Container image "${image}" is not present with pull policy of Never`
        tell('Warning', 'ErrImageNeverPull', message)
        tell('Warning', 'Failed', 'Error: ErrImageNeverPull')
        return { reason: 'ErrImageNeverPull', message, retryMs: context.latencies.retry }
      }
      const failure = failures.get(image)
      const left = failure ? backOffs.remaining(failure.backOff, failure.backOff.since, context.clock.now()) : 0
      if (failure && left > 0) {
        tell('Normal', 'BackOff', `Back-off pulling image "${image}"`)
        tell('Warning', 'Failed', 'Error: ImagePullBackOff')
        return {
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image "${image}": ErrImagePull: ${failure.error}`,
          retryMs: left,
        }
      }
      tell('Normal', 'Pulling', `Pulling image "${image}"`)
      const began = context.clock.now()
      try {
        await context.images.pull(image)
        const pulled = context.images.status(image)!
        const took = `${((context.clock.now() - began) / 1000).toFixed(3).replace(/\.?0+$/, '')}s`
        tell(
          'Normal',
          'Pulled',
          `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.sizeBytes} bytes.`,
        )
        failures.delete(image)
        return { image: pulled }
      } catch (error) {
        const text = (error as Error).message
        tell('Warning', 'Failed', `Failed to pull image "${image}": ${text}`)
        tell('Warning', 'Failed', 'Error: ErrImagePull')
        const backOff = backOffs.next(failure?.backOff ?? null, context.clock.now())
        failures.set(image, { backOff, error: text })
        // looked at again within the back-off, as pod workers do: that is when ImagePullBackOff shows
        return { reason: 'ErrImagePull', message: text, retryMs: backOff.delayMs * 0.7 }
      }
    },
  }
}
