const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * The first SIGINT, SIGTERM or SIGHUP asks for an orderly stop, another SIGINT or SIGTERM ends the process at once (exit code 130).
 * Returns what removes the handlers.
 * @param says what happens now
 */
export function onSignals(
  stop: (signal: NodeJS.Signals) => void,
  says = 'pods are being removed and the report is written',
): () => void {
  let asked = false
  const handler = (signal: NodeJS.Signals) => {
    // A terminal that is gone hangs up more than once, by the kernel and by the shell: nobody is impatient.
    if (asked && signal === 'SIGHUP') return
    if (asked) process.exit(130)
    asked = true
    process.stderr.write(`\nStopping: ${says}. Once more to leave at once.\n`)
    stop(signal)
  }
  for (const signal of signals) process.on(signal, handler)
  return () => {
    // One that comes while a stopped process leaves must not be what it ends by.
    for (const signal of signals) if (!(asked && signal === 'SIGHUP')) process.removeListener(signal, handler)
  }
}

/** Whoever read has enough (`| head`), or is gone with the terminal: what is under way, a clean-up above all, comes to its end and keeps its exit code. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
}
