import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { runRecordSchema, schemaFile } from './runRecordSchema.ts'

// `node --import=tsx test/reports/writeRunRecordSchema.ts`, after a change of reports/record/.
const options = await resolveConfig(schemaFile)
writeFileSync(schemaFile, await format(runRecordSchema(), { ...options, filepath: schemaFile }))
