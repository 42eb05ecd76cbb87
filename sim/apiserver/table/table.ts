import type { Context } from '../context.ts'
import type { Kind } from '../kinds.ts'
import type { Revision } from '../storage/revision.ts'
import { columnsOf, describe } from './columns.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

interface TableMetadata {
  resourceVersion: string
  continue?: string
  remainingItemCount?: number
}

/** meta.k8s.io/v1 Table of objects: what kubectl prints. @param withColumns false for later events of a watch. */
export function tableJson(
  context: Context,
  kind: Kind,
  revisions: readonly Revision[],
  metadata: string | TableMetadata,
  includeObject: IncludeObject,
  withColumns = true,
): string {
  const columns = columnsOf(kind)
  const now = context.clock.now()
  const rows = revisions.map(({ object }) => ({
    cells: columns.map(({ cell }) => cell(object, now)),
    ...(includeObject === 'None'
      ? {}
      : {
          object:
            includeObject === 'Object'
              ? object
              : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
        }),
  }))
  return `${JSON.stringify({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: typeof metadata === 'string' ? { resourceVersion: metadata } : metadata,
    columnDefinitions: withColumns ? columns.map((column) => describe(column)) : null,
    rows,
  })}\n`
}
