import { tees } from '../../../helpers/facts/tee.ts'
import type { Need } from '../need.ts'

/** Needs of claims about confidential guests. */
export const confidentialNeeds: Readonly<Record<string, Need>> = {
  /** `tee:tdx|snp`: the node has one of these. */
  tee: ({ node }, argument) => {
    const wanted = tees.filter((tee) => argument.split('|').includes(tee))
    const fact = node?.tee
    if (!fact || fact.value === null)
      return `needs hardware for confidential guests (${argument}): unknown, ${fact?.how ?? 'no node to ask'}`
    return wanted.some((tee) => fact.value?.includes(tee))
      ? null
      : `needs hardware for confidential guests (${argument}), which ${node?.name} has not: ${fact.how}`
  },
  'coco-class': ({ facts }) =>
    facts.classes.some(({ confidential }) => confidential.value === true)
      ? null
      : `needs a RuntimeClass for confidential guests; there are ${facts.classes.map(({ name }) => name).join(', ') || 'none'}`,
}
