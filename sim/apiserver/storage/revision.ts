import type { KubeObject } from '../../kubeObject.ts'
import { groupVersionOf } from '../kinds.ts'
import type { Kind } from '../kinds.ts'

/** One version of one object: frozen, shared by all readers, serialised at most once. */
export interface Revision {
  readonly object: KubeObject
  readonly version: number
  /** The JSON without kind and apiVersion, from its brace on; made at first need. */
  text: string | null
}

export const revisionOf = (object: KubeObject, version: number): Revision => ({ object, version, text: null })

/** The object as an item of a list: real lists say kind and apiVersion once, at the top. */
export function itemJson(revision: Revision): string {
  if (revision.text === null) {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = revision.object
    revision.text = JSON.stringify(rest)
  }
  return revision.text
}

export function objectJson(revision: Revision, kind: Pick<Kind, 'kind' | 'group' | 'version'>): string {
  return `{"kind":"${kind.kind}","apiVersion":"${groupVersionOf(kind)}",${itemJson(revision).slice(1)}`
}
