import path from 'node:path'
import { z } from 'zod'
import { RunRecord } from '../../reports/record/runRecord.ts'

export const schemaFile = path.join(import.meta.dirname, '..', '..', 'docs', 'run-record.schema.json')

/** The JSON Schema of run.json as docs/run-record.schema.json has it. */
export function runRecordSchema(): string {
  const schema = z.toJSONSchema(RunRecord, { target: 'draft-2020-12' })
  const published = {
    $id: 'https://kata-conformance.dev/run-record.schema.json',
    title: 'run.json of kata-conformance',
    description: 'Everything observed in one run. Every report and the gate are functions of it.',
    ...schema,
  }
  return `${JSON.stringify(published, null, 2)}\n`
}
