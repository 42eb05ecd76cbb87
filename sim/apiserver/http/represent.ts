import { YAML11_SCHEMA, dump } from 'js-yaml'
import type { KubeObject } from '../../kubeObject.ts'
import type { Context } from '../context.ts'
import { groupVersionOf } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import type { Listed } from '../query/list.ts'
import { itemJson, objectJson } from '../storage/revision.ts'
import type { Revision } from '../storage/revision.ts'
import { tableJson } from '../table/table.ts'
import type { IncludeObject } from '../table/table.ts'
import { fromCore } from '../views.ts'
import type { Format } from './negotiate.ts'

export interface Representation {
  kind: Kind
  format: Format
  includeObject: IncludeObject
}

/** One object as the client asked for it. */
export function represent(
  context: Context,
  revision: Revision,
  { kind, format, includeObject }: Representation,
): string {
  if (format.as === 'table')
    return tableJson(context, kind, [revision], revision.object.metadata.resourceVersion ?? '', includeObject)
  if (format.as === 'metadata') return metadataJson(revision)
  return inMedia(
    kind.viewOf === undefined ? objectJson(revision, kind) : JSON.stringify(fromCore(kind, revision.object)),
    format,
  )
}

export function representList(
  context: Context,
  listed: Listed,
  { kind, format, includeObject }: Representation,
): string {
  const metadata = {
    resourceVersion: String(listed.version),
    ...(listed.continueToken === null ? {} : { continue: listed.continueToken }),
    ...(listed.remaining === null ? {} : { remainingItemCount: listed.remaining }),
  }
  if (format.as === 'table') return tableJson(context, kind, listed.revisions, metadata, includeObject)
  const head = JSON.stringify(metadata)
  if (format.as === 'metadata') {
    return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${head},"items":[${listed.revisions.map(metadataJson).join(',')}]}\n`
  }
  const items =
    kind.viewOf === undefined
      ? listed.revisions.map(itemJson)
      : listed.revisions.map(({ object }) => JSON.stringify(fromCore(kind, object)))
  return inMedia(
    `{"kind":"${kind.kind}List","apiVersion":"${groupVersionOf(kind)}","metadata":${head},"items":[${items.join(',')}]}\n`,
    format,
  )
}

/** An event of a watch as one line. The last line is kept: many watches see the same change. */
export function watchLine(
  context: Context,
  type: string,
  revision: Revision,
  representation: Representation,
  first: boolean,
): string {
  const { kind, format, includeObject } = representation
  if (format.as === 'table') {
    const table = tableJson(
      context,
      kind,
      [revision],
      revision.object.metadata.resourceVersion ?? '',
      includeObject,
      first,
    )
    return `{"type":"${type}","object":${table.trimEnd()}}\n`
  }
  if (format.as === 'metadata') return `{"type":"${type}","object":${metadataJson(revision)}}\n`
  if (last.revision !== revision || last.type !== type || last.kind !== kind) {
    const object =
      kind.viewOf === undefined ? objectJson(revision, kind) : JSON.stringify(fromCore(kind, revision.object))
    last = { revision, type, kind, line: `{"type":"${type}","object":${object}}\n` }
  }
  return last.line
}

let last: { revision: Revision | null; type: string; kind: Kind | null; line: string } = {
  revision: null,
  type: '',
  kind: null,
  line: '',
}

function metadataJson({ object }: Revision): string {
  return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata })
}

export function inMedia(json: string, format: Format): string {
  return format.media === 'json'
    ? json
    : dump(JSON.parse(json) as KubeObject, { noRefs: true, lineWidth: -1, schema: YAML11_SCHEMA })
}
