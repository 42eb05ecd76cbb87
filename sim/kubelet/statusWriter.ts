import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { podPath } from './podSpec.ts'
import { pauseUnlessAborted } from './timers.ts'

export interface StatusWriter {
  /** Writes the status as it is now, unless the server has it already; a write that is under way is followed by at most one more. */
  write(): Promise<void>
}

/** The kubelet syncs a pod's status until it is written, at the latest each 10 s (pkg/kubelet/status, syncPeriod). */
const LONGEST_PAUSE_MS = 10_000

/** Status manager: patches pods/status, one write at a time for a pod. @param build the present status; called when a write begins */
export function createStatusWriter(
  context: KubeletContext,
  pod: () => KubeObject,
  build: () => Record<string, unknown>,
  signal: AbortSignal,
): StatusWriter {
  let written = ''
  let again = false
  let current: Promise<void> | null = null

  const writeOnce = async (): Promise<void> => {
    const status = build()
    const text = JSON.stringify(status)
    if (text === written) return
    const { uid } = pod().metadata
    for (let attempt = 1; ; attempt += 1) {
      try {
        await context.client.patch(
          `${podPath(pod())}/status`,
          { metadata: { uid }, status },
          'application/merge-patch+json',
        )
        written = text
        return
      } catch (error) {
        // gone, or another pod of that name: there is nobody to tell
        if (error instanceof KubeApiError && [404, 409, 422].includes(error.code)) return
        if (!(await pauseUnlessAborted(context.clock, Math.min(LONGEST_PAUSE_MS, 1000 * attempt), signal))) return
      }
    }
  }
  const run = async (): Promise<void> => {
    try {
      do {
        again = false
        await writeOnce()
      } while (again)
    } finally {
      // At once: who asks before a callback of this promise has run would be told of a write that began without it.
      current = null
    }
  }
  return {
    write() {
      if (current) {
        again = true
        return current
      }
      current = run()
      return current
    },
  }
}
