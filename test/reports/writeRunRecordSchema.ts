import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { policySchema, policySchemaFile } from '../gate/policySchema.ts'
import { runRecordSchema, schemaFile } from './runRecordSchema.ts'

// `node --import=tsx test/reports/writeRunRecordSchema.ts`, after a change of reports/record/ or of reports/gate/policy.ts.
for (const [file, schema] of [
  [schemaFile, runRecordSchema()],
  [policySchemaFile, policySchema()],
] as const)
  writeFileSync(file, await format(schema, { ...(await resolveConfig(file)), filepath: file }))
