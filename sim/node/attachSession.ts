import type { ContainerConfig, ExecSession } from '../kubelet/containerRuntime.ts'
import type { RunningContainer } from './sandbox.ts'

type Viewer = (stream: 'stdout' | 'stderr', data: string) => void

/**
 * A client at the streams of a container's first process: what it prints from now on, and its standard input. When the client's input ends, that of the
 * container does if it is for one client (stdinOnce, without a terminal); else the client is detached (containerd, pkg/cri/io/container_io.go, Attach).
 */
export function attachSession(
  stdin: RunningContainer['stdin'],
  viewers: Set<Viewer>,
  ended: Promise<void>,
  { stdin: hasStdin, stdinOnce = false, tty }: Pick<ContainerConfig, 'stdin' | 'stdinOnce' | 'tty'>,
): ExecSession {
  const mine: Viewer[] = []
  let detach = (): void => undefined
  const detached = new Promise<void>((resolve) => (detach = resolve))
  const listen = (wanted: 'stdout' | 'stderr', listener: (data: Uint8Array) => void): void => {
    const viewer: Viewer = (stream, data) => void (stream === wanted && listener(Buffer.from(data)))
    mine.push(viewer)
    viewers.add(viewer)
  }
  return {
    stdin: {
      write: (data) => stdin.write(data),
      end() {
        if (!hasStdin) return
        if (stdinOnce && !tty) stdin.end()
        else detach()
      },
    },
    onStdout: (listener) => listen('stdout', listener),
    onStderr: (listener) => listen('stderr', listener),
    resize: () => undefined,
    exit: Promise.race([ended, detached]).then(() => {
      for (const viewer of mine) viewers.delete(viewer)
      return 0
    }),
    kill: () => detach(),
  }
}
