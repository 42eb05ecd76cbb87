import path from 'node:path'
import { runAnnotations } from '../../reports/ci/runAnnotations.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { markdown } from '../../reports/summary/markdown.ts'
import { tellGithub } from './tellGithub.ts'

/** Tells the forge in whose pipeline this runs of a run that has ended; elsewhere nothing. */
export const tellOfRun = (record: RunRecord, folder: string): void =>
  tellGithub(
    runAnnotations(record),
    markdown(record),
    `The whole text is ${path.join(folder, 'summary.md')}, the report ${path.join(folder, 'report.html')}.`,
  )
