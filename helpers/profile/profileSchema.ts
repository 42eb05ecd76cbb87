import { z } from 'zod'
import { chartValues } from './chartValues.ts'
import { guideBlock } from './guideBlock.ts'
import { ownFormat } from './ownFormat.ts'

/** JSON Schema of a profile, for editors: any of the three formats that are read. */
export function profileSchema(): string {
  const schema = z.toJSONSchema(z.union([ownFormat, guideBlock, chartValues]), {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  })
  const published = {
    $id: 'https://kata-conformance.dev/profile.schema.json',
    title: 'profile of kata-conformance',
    description:
      "What the operator says the cluster must have: the suite's own format, the guide's kataContainers: block, or values of the kata-deploy chart.",
    ...schema,
  }
  return `${JSON.stringify(published, null, 2)}\n`
}
