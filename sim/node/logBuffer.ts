import type { LogLine } from '../kubelet/containerRuntime.ts'

/** What reaches a container's log: lines of both streams in the order of their ends. */
export interface LogBuffer {
  readonly lines: readonly LogLine[]
  write(stream: 'stdout' | 'stderr', data: string): void
  /** The process has ended: what has no newline yet is a line too. */
  flush(): void
  onLine(listener: (line: LogLine) => void): () => void
}

export interface LogLimits {
  lost: readonly ('stdout' | 'stderr')[]
  /** Lines of each stream that are kept. */
  lines: number
}

export function createLogBuffer(now: () => number, limits: LogLimits): LogBuffer {
  const lines: LogLine[] = []
  const partial = { stdout: '', stderr: '' }
  const counts = { stdout: 0, stderr: 0 }
  const listeners = new Set<(line: LogLine) => void>()
  const add = (stream: 'stdout' | 'stderr', text: string) => {
    if (limits.lost.includes(stream) || counts[stream]++ >= limits.lines) return
    const line = { at: now(), stream, text }
    lines.push(line)
    for (const listener of listeners) listener(line)
  }
  return {
    lines,
    write(stream, data) {
      const parts = (partial[stream] + data).split('\n')
      partial[stream] = parts.pop() ?? ''
      for (const part of parts) add(stream, part)
    },
    flush() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (partial[stream] !== '') add(stream, partial[stream])
        partial[stream] = ''
      }
    },
    onLine(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
