import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { format, resolveConfig } from 'prettier'
import { defaultPolicy, Policy } from '../../reports/gate/policy.ts'
import { policySchema, policySchemaFile } from './policySchema.ts'

const documented = /```yaml\n([\s\S]*?)```/.exec(
  readFileSync(path.join(import.meta.dirname, '../../docs/gate.md'), 'utf8'),
)?.[1]

describe('a policy', () => {
  // Formats are the suite's own business: policies are read with zod.
  const validate = new Ajv2020({ strict: true, strictRequired: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(policySchemaFile, 'utf8')) as object,
  )

  it('has a published schema that is the one of the code', async () => {
    const options = await resolveConfig(policySchemaFile)
    const current = await format(policySchema(), { ...options, filepath: policySchemaFile })
    expect(readFileSync(policySchemaFile, 'utf8'), 'node --import=tsx test/reports/writeRunRecordSchema.ts').to.equal(
      current,
    )
  })

  it('as documented is one, by schema and by the suite, with the defaults that are documented', () => {
    const example = load(documented ?? '') as Record<string, unknown>
    expect(validate(example), JSON.stringify(validate.errors)).to.equal(true)
    const { block, figures, repeats } = Policy.parse(example)
    expect({ block, repeats }).to.deep.equal({ block: defaultPolicy.block, repeats: defaultPolicy.repeats })
    expect({ ...figures, metrics: {} }).to.deep.equal(defaultPolicy.figures)
  })

  it('may be empty, and may have no unknown key', () => {
    expect(validate({})).to.equal(true)
    expect(validate({ blocks: [] })).to.equal(false)
  })
})
