import path from 'node:path'
import { writeAtomically } from './atomicFile.ts'
import { writeAllureResults } from './allure/allureResults.ts'
import { junit } from './junit/junit.ts'
import { openMetrics } from './openmetrics/openMetrics.ts'
import type { RunRecord } from './record/runRecord.ts'
import { markdown } from './summary/markdown.ts'

/** Writes every report of the run into its folder, each file whole or not at all. */
export async function writeReports(folder: string, record: RunRecord): Promise<void> {
  writeAtomically(path.join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`)
  writeAtomically(path.join(folder, 'junit.xml'), junit(record))
  writeAtomically(path.join(folder, 'summary.md'), markdown(record))
  writeAtomically(path.join(folder, 'metrics.prom'), await openMetrics(record))
  await writeAllureResults(folder, record)
  const { html } = await import('./html/html.ts')
  writeAtomically(path.join(folder, 'report.html'), await html(record))
}
