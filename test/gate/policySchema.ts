import path from 'node:path'
import { z } from 'zod'
import { Policy } from '../../reports/gate/policy.ts'

export const policySchemaFile = path.join(import.meta.dirname, '..', '..', 'docs', 'gate-policy.schema.json')

/** The JSON Schema of a policy as docs/gate-policy.schema.json has it: every key may be left out. */
export function policySchema(): string {
  const published = {
    $id: 'https://kata-conformance.dev/gate-policy.schema.json',
    title: 'policy of kata-conformance gate',
    description: 'What keeps a release from being shipped.',
    ...z.toJSONSchema(Policy, { target: 'draft-2020-12', io: 'input' }),
  }
  return `${JSON.stringify(published, null, 2)}\n`
}
