import type { RunRecord } from '../record/runRecord.ts'
import { document } from './document.ts'
import { packRuns } from './packRuns.ts'
import { page } from './page.ts'

/** report.html of one run. */
export const html = (record: RunRecord): Promise<string> =>
  document({
    title: `${record.simulated ? 'SIMULATED ' : ''}kata-conformance ${record.cluster.context} ${record.runId}`,
    body: page(record),
    data: packRuns('run', [record]),
  })
