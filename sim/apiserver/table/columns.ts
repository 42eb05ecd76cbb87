import type { Kind } from '../kinds.ts'
import { componentSchemas } from '../schema/openApiDocuments.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { tables } from './kinds.ts'

const createdAt: Column = { ...ageColumn, name: 'Created At', cell: ({ metadata }) => metadata['creationTimestamp'] }

/** The columns of a kind; for a kind without a table of its own, name and creation. */
export const columnsOf = (kind: Kind): readonly Column[] =>
  tables[kind.viewOf === undefined ? kind.plural : 'events'] ?? [{ ...nameColumn }, createdAt]

export function describe({
  name,
  type = 'string',
  format = '',
  priority = 0,
  description = '',
  documentedAs,
}: Column): object {
  return {
    name,
    type,
    format,
    description: documentedAs === undefined ? description : documented(documentedAs),
    priority,
  }
}

const texts = new Map<string, string>()

function documented(path: string): string {
  let text = texts.get(path)
  if (text === undefined) {
    const field = path.slice(path.lastIndexOf('.') + 1)
    const type = path.slice(0, path.lastIndexOf('.'))
    const schema = Object.entries(componentSchemas('api/v1')).find(([name]) => name.endsWith(`.${type}`))?.[1]
    text = (schema?.['properties'] as Record<string, { description?: string }> | undefined)?.[field]?.description ?? ''
    texts.set(path, text)
  }
  return text
}
