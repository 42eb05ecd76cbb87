import { createWriteStream, existsSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { tarOf } from './archive.ts'
import { entryPoint, resultsContainer } from './suitePod.ts'

const ended = '.ended'
const fetched = '.fetched'

/** The exec that fetched the results ends with the container: its last bytes must be out by then, ms. */
const lastBytesMs = 5000

/** Waits until the results were fetched, or `seconds` after the run has ended; TERM ends it at once. */
export async function hold(folder: string, seconds: number): Promise<void> {
  process.once('SIGTERM', () => process.exit(0))
  await fileIn(folder, ended)
  process.stdout.write(`The run has ended. Fetch its results within ${seconds} s:\n  ${fetchCommand()}\n`)
  const late = setTimeout(() => {
    process.stderr.write(`nobody fetched the results within ${seconds} s\n`)
    process.exit(0)
  }, seconds * 1000)
  await fileIn(folder, fetched)
  clearTimeout(late)
  setTimeout(() => process.exit(0), lastBytesMs)
}

/** Waits for the end of the run, writes its results to stdout as tar, and lets `hold` go. */
export async function handOut(folder: string): Promise<void> {
  await fileIn(folder, ended)
  await pipeline(tarOf(folder), process.stdout)
  writeFileSync(path.join(folder, fetched), '')
}

/**
 * Waits for the end of the run and leaves its results where Sonobuoy's worker finds them: an archive, then the file `done` with its path.
 * Source: Sonobuoy 0.57, documentation of plugins
 */
export async function handToSonobuoy(folder: string, to: string): Promise<void> {
  await fileIn(folder, ended)
  const archive = path.join(to, 'kata-conformance.tar.gz')
  await pipeline(tarOf(folder), createGzip(), createWriteStream(archive))
  writeFileSync(path.join(to, 'done'), archive)
}

/** Resolves when the folder has the file. */
function fileIn(folder: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder)
    const look = () => {
      if (!existsSync(path.join(folder, name))) return
      watcher.close()
      resolve()
    }
    watcher.on('change', look)
    watcher.on('error', reject)
    look()
  })
}

function fetchCommand(): string {
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'
  const namespace = existsSync(file) ? `-n ${readFileSync(file, 'utf8')} ` : ''
  return `kubectl exec ${namespace}${hostname()} -c ${resultsContainer} -- ${entryPoint.join(' ')} results tar | tar x`
}
