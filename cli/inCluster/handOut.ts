import { createWriteStream, existsSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import { readJournal } from '../../reports/record/readJournal.ts'
import { nothingForSonobuoy, sonobuoyResults, sonobuoyResultsFile } from '../../reports/sonobuoy/sonobuoyResults.ts'
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
 * Waits for the end of the run and leaves its results where Sonobuoy's worker finds them: an archive, in it sonobuoy_results.yaml, then the file `done`
 * with its path as the worker sees it.
 * Source: Sonobuoy 0.57, documentation of plugins; pkg/worker/worker.go (GatherResults)
 */
export async function handToSonobuoy(folder: string, to: string): Promise<void> {
  await fileIn(folder, ended)
  writeFileSync(path.join(folder, sonobuoyResultsFile), ownResults(folder))
  const archive = 'kata-conformance.tar.gz'
  await pipeline(tarOf(folder), createGzip(), createWriteStream(path.join(to, archive)))
  writeFileSync(path.join(to, 'done'), path.join(process.env['SONOBUOY_RESULTS_DIR'] ?? to, archive))
}

/** Of the run that is in the folder, also of one that was killed: its journal is there. */
function ownResults(folder: string): string {
  const runs = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'events.ndjson')))
  const [run] = runs
  if (run === undefined) return nothingForSonobuoy('the suite left no journal: its log says why it did not begin')
  try {
    return sonobuoyResults(foldJournal(readJournal(path.join(folder, run, 'events.ndjson'))))
  } catch (error) {
    return nothingForSonobuoy((error as Error).message)
  }
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
