import { isEnabled, sizingKeys } from '../../../helpers/oracles/annotationOutcome.ts'
import type { Need } from '../need.ts'

/** Needs of claims about what pods may set by annotations. */
export const annotationNeeds: Readonly<Record<string, Need>> = {
  // Which classes they are is the check's own condition: some Rust shims enable both by default.
  'annotations-enabled': ({ facts }) => {
    const lists = facts.classes.map(({ name, enabledAnnotations: { value, how } }) => ({ name, value, how }))
    if (lists.some(({ value }) => value !== null && sizingKeys.some((key) => isEnabled(value, key)))) return null
    const known = lists.map(({ name, value, how }) => `${name}: ${value?.join(', ') ?? how}`)
    return `needs ${sizingKeys.join(' or ')} in enable_annotations of some class; ${known.join('; ')}`
  },
}
