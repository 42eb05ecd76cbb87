/**
 * The first SIGINT or SIGTERM asks for an orderly stop, the second one ends the process at once (exit code 130).
 * Returns what removes the handlers.
 */
export function onSignals(stop: (signal: NodeJS.Signals) => void): () => void {
  let asked = false
  const handler = (signal: NodeJS.Signals) => {
    if (asked) process.exit(130)
    asked = true
    process.stderr.write('\nStopping: pods are being removed and the report is written. Once more to leave at once.\n')
    stop(signal)
  }
  process.on('SIGINT', handler)
  process.on('SIGTERM', handler)
  return () => {
    process.removeListener('SIGINT', handler)
    process.removeListener('SIGTERM', handler)
  }
}
