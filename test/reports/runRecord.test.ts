import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { format, resolveConfig } from 'prettier'
import { recordOfEverything } from './record.ts'
import { runRecordSchema, schemaFile } from './runRecordSchema.ts'

const published = JSON.parse(readFileSync(schemaFile, 'utf8')) as object

describe('run.json', () => {
  const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(published)
  const asWritten = () => JSON.parse(JSON.stringify(recordOfEverything())) as Record<string, unknown>

  it('has a published schema that is the one of the code', async () => {
    const options = await resolveConfig(schemaFile)
    const current = await format(runRecordSchema(), { ...options, filepath: schemaFile })
    expect(readFileSync(schemaFile, 'utf8'), 'node --import=tsx test/reports/writeRunRecordSchema.ts').to.equal(current)
  })

  it('is valid against it', () => {
    expect(validate(asWritten()), JSON.stringify(validate.errors)).to.equal(true)
  })

  it('is not when a key is missing, unknown or of another type', () => {
    const { arms: _arms, ...withoutArms } = asWritten()
    expect(validate(withoutArms)).to.equal(false)
    expect(validate({ ...asWritten(), surplus: 1 })).to.equal(false)
    expect(validate({ ...asWritten(), simulated: 'no' })).to.equal(false)
    expect(validate({ ...asWritten(), schemaVersion: 2 })).to.equal(false)
  })
})
