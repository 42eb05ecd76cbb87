import type { ObjectSpec } from './objectSpec.ts'

/** An Opaque Secret. What is in it is made up by the check: nothing of it is secret. */
export const secret = (stringData: Readonly<Record<string, string>>): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'Secret',
  content: () => ({ type: 'Opaque', stringData }),
})
