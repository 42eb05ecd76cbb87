/** What the agent appends to an error that it did not expect: a backtrace without symbols, as recorded on 3.26.0. */
export function withBacktrace(message: string): string {
  return `${message}\n\n${stack(11)}\n\n${stack(16)}`
}

function stack(frames: number): string {
  const lines = Array.from({ length: frames }, (_, index) => `${String(index).padStart(4)}: <unknown>`)
  return `Stack backtrace:\n${lines.join('\n')}`
}
