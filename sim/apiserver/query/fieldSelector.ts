import type { KubeObject } from '../../kubeObject.ts'
import { badRequest } from '../apiError.ts'
import { at } from '../json.ts'
import type { Kind } from '../kinds.ts'

/*
 * Field selectors: which fields a kind can be selected by is data (pkg/apis/core/v1/conversion.go and the SelectableFields of
 * pkg/registry, v1.34). All kinds know metadata.name and, when namespaced, metadata.namespace.
 */

const selectable: Record<string, readonly string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
}
/** events.k8s.io names the same fields otherwise. */
const eventNames: Record<string, string> = { note: 'message', reportingController: 'reportingComponent' }

export interface FieldSelector {
  matches(object: KubeObject): boolean
  /** Of an equality with metadata.name or spec.nodeName: narrows the watches and lists. */
  name: string | null
  namespace: string | null
  nodeName: string | null
}

/** Null when the selector selects everything. @throws ApiError 400 for a field that the kind cannot be selected by. */
export function parseFieldSelector(text: string | null | undefined, kind: Kind): FieldSelector | null {
  if (text === null || text === undefined || text === '') return null
  const terms = text
    .split(/(?<!\\),/)
    .filter((term) => term !== '')
    .map((term) => parseTerm(term, kind))
  const exact = (path: string) => terms.find((term) => term.path === path && term.equal)?.value ?? null
  return {
    matches: (object) => terms.every(({ path, value, equal }) => (fieldOf(object, path) === value) === equal),
    name: exact('metadata.name'),
    namespace: exact('metadata.namespace'),
    nodeName: kind.plural === 'pods' ? exact('spec.nodeName') : null,
  }
}

function parseTerm(term: string, kind: Kind): { path: string; value: string; equal: boolean } {
  const match = /^([^=!]*)(!=|==|=)(.*)$/s.exec(term)
  if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
  const [, asked = '', operator, raw = ''] = match
  const path =
    kind.viewOf === '/events' ? (eventNames[asked] ?? asked.replace(/^regarding\./, 'involvedObject.')) : asked
  const known = selectable[kind.viewOf ?? `${kind.group}/${kind.plural}`] ?? []
  if (path !== 'metadata.name' && !(path === 'metadata.namespace' && kind.namespaced) && !known.includes(path)) {
    throw badRequest(
      known.length > 0
        ? `field label not supported: ${asked}`
        : `"${asked}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    )
  }
  return { path, value: raw.replace(/\\(.)/g, '$1'), equal: operator !== '!=' }
}

const falseWhenAbsent = new Set(['spec.unschedulable', 'spec.hostNetwork'])

function fieldOf(object: KubeObject, path: string): string {
  if (path === 'status.successful') path = 'status.succeeded'
  if (path === 'status.podIPs') path = 'status.podIP'
  if (path === 'source')
    return (
      (object['source'] as { component?: string } | undefined)?.component ??
      (object['reportingComponent'] as string | undefined) ??
      ''
    )
  const value = at(object, path)
  if (value === undefined || value === null) return falseWhenAbsent.has(path) ? 'false' : ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
