import type { PodHandle } from '../pods/podHandle.ts'

interface LogWanted {
  /** The line that ends the following. */
  readonly last: (line: string) => boolean
  readonly withinMs: number
  readonly container?: string
}

/**
 * Lines of a container's log as they come, up to the one that satisfies `last`, to the end of the log, or to the end of the time: a line that
 * never comes is an observation and no error, so the caller asserts what it got. When the time is up the log is read once more as a whole: a line that was
 * late only because the way to the API server was disturbed is there, and where that cannot be read nothing was observed. For a container that runs on: of one that is removed
 * meanwhile the last lines may be missing (k8s.io/cri-client/pkg/logs, waitLogs, 1.34).
 */
export async function logUntil(pod: PodHandle, { last, withinMs, container }: LogWanted): Promise<readonly string[]> {
  const lines: string[] = []
  const options = container === undefined ? {} : { container }
  const log = pod.followLogs(options)[Symbol.asyncIterator]()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<'time is up'>((resolve) => {
    timer = setTimeout(() => resolve('time is up'), withinMs)
  })
  try {
    for (;;) {
      const next = await Promise.race([log.next(), timeout])
      if (next === 'time is up') return (await pod.logs(options)).split('\n').filter((line) => line !== '')
      if (next.done === true) return lines
      lines.push(next.value)
      if (last(next.value)) return lines
    }
  } finally {
    clearTimeout(timer)
    // Ends the connection; its own end is nobody's concern any more.
    void Promise.resolve(log.return?.()).catch(() => undefined)
  }
}
