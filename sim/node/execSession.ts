import type { ExecSession } from '../kubelet/containerRuntime.ts'
import type { MachineExec } from '../machine/machineContainer.ts'

/** One exec of a machine as the CRI's streams. Output that comes before anyone listens is kept. */
export function execSession(exec: MachineExec, exitCodeOf: (code: number) => number): ExecSession {
  const stdout = bufferedOutput()
  const stderr = bufferedOutput()
  exec.onOutput((stream, data) => (stream === 'stdout' ? stdout : stderr).push(data))
  return {
    stdin: { write: (data) => exec.writeStdin(data), end: () => exec.endStdin() },
    onStdout: stdout.listen,
    onStderr: stderr.listen,
    resize: (columns, rows) => exec.resize(columns, rows),
    exit: exec.exit.then(exitCodeOf),
    kill: () => exec.kill('KILL'),
  }
}

function bufferedOutput(): { push(data: Uint8Array): void; listen(listener: (data: Uint8Array) => void): void } {
  const waiting: Uint8Array[] = []
  const listeners: ((data: Uint8Array) => void)[] = []
  return {
    push(data) {
      if (listeners.length === 0) waiting.push(data)
      for (const listener of listeners) listener(data)
    },
    listen(listener) {
      listeners.push(listener)
      for (const data of waiting.splice(0)) listener(data)
    },
  }
}
