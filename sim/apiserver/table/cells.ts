import type { KubeObject } from '../../kubeObject.ts'
import type { Column } from './column.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects as JSON
export type Json = Record<string, any>

export const spec = (object: KubeObject) => (object['spec'] ?? {}) as Json
export const status = (object: KubeObject) => (object['status'] ?? {}) as Json
export const orNone = (text: unknown): string =>
  text === undefined || text === null || text === '' ? '<none>' : typeof text === 'string' ? text : JSON.stringify(text)
export const pairs = (map: Json | undefined): string =>
  orNone(
    Object.entries(map ?? {})
      .map(([key, value]) => `${key}=${String(value as string)}`)
      .join(','),
  )
export const column = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({
  name,
  cell,
  ...more,
})
export const count = (name: string, cell: Column['cell']): Column => ({ name, type: 'integer', cell })
export const wide = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({
  name,
  cell,
  priority: 1,
  ...more,
})

export const selectorText = (selector: Json | undefined): string => {
  const labels = Object.entries((selector?.['matchLabels'] ?? {}) as Json).map(
    ([key, value]) => `${key}=${String(value as string)}`,
  )
  const expressions = ((selector?.['matchExpressions'] ?? []) as Json[]).map(
    ({ key, operator, values }) =>
      `${key} ${String(operator).toLowerCase()} (${((values ?? []) as string[]).join(',')})`,
  )
  return orNone([...labels, ...expressions].sort().join(','))
}
