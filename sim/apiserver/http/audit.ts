import type { IncomingMessage } from 'node:http'
import type { Context, User } from '../context.ts'
import { timestamp } from '../context.ts'
import type { ResourcePath } from './requestPath.ts'

/** How much of a request is kept: RequestResponse has the objects that writes answer with besides. */
export type AuditLevel = 'Metadata' | 'RequestResponse'

/** One request as the API server's audit log keeps it: audit.k8s.io/v1. A watch or an exec has two events: its begin and its end. */
export interface AuditEvent {
  kind: 'Event'
  apiVersion: 'audit.k8s.io/v1'
  level: AuditLevel
  stage: 'ResponseStarted' | 'ResponseComplete'
  requestURI: string
  verb: string
  user: { username: string; groups: readonly string[] }
  userAgent?: string
  objectRef?: {
    resource: string
    namespace?: string
    name?: string
    apiGroup?: string
    apiVersion: string
    subresource?: string
  }
  responseStatus: { code: number }
  responseObject?: unknown
  stageTimestamp: string
  annotations: { 'authorization.k8s.io/decision': 'allow' | 'forbid' }
}

/** What is known of a request while it is handled. */
export interface Audit {
  uri: string
  user: User
  verb: string
  /** Set once RBAC has let it through: a refusal of admission is a 403 too. */
  allowed: boolean
  target: ResourcePath | null
  /** The object that a write answered with, as JSON. */
  answered?: string
}

export const newAudit = (request: IncomingMessage, uri: string, user: User): Audit => ({
  uri,
  user,
  verb: (request.method ?? 'GET').toLowerCase(),
  allowed: false,
  target: null,
})

/** Tells the event of a request, where anybody listens. */
export function recordAudit(
  context: Context,
  request: IncomingMessage,
  { uri, user, verb, allowed, target, answered }: Audit,
  stage: AuditEvent['stage'],
  code: number,
): void {
  const userAgent = request.headers['user-agent']
  context.audit?.({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: context.auditLevel,
    stage,
    requestURI: uri,
    verb,
    user: { username: user.name, groups: user.groups },
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(target === null ? {} : { objectRef: objectRef(target) }),
    responseStatus: { code },
    ...(answered === undefined ? {} : { responseObject: JSON.parse(answered) as unknown }),
    stageTimestamp: timestamp(context.clock),
    annotations: { 'authorization.k8s.io/decision': allowed ? 'allow' : 'forbid' },
  })
}

const objectRef = ({ kind, group, version, namespace, name, subresource }: ResourcePath) => ({
  resource: kind.plural,
  ...(namespace === '' ? {} : { namespace }),
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { apiGroup: group }),
  apiVersion: version,
  ...(subresource === '' ? {} : { subresource }),
})
