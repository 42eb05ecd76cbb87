import type { ObjectSpec } from './objectSpec.ts'

export const configMap = (data: Readonly<Record<string, string>>): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  content: () => ({ data }),
})
