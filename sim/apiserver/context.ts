import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../clock.ts'
import { flatText } from '../flatText.ts'
import type { Authority } from './auth/authority.ts'
import type { AuditEvent, AuditLevel } from './http/audit.ts'
import type { FieldType } from './schema/fieldType.ts'
import { typeOfKind } from './schema/fieldType.ts'
import type { Kind } from './kinds.ts'
import type { Snapshots } from './query/pages.ts'
import type { Store } from './storage/store.ts'

/** What every handler of one API server shares. */
export interface Context {
  store: Store
  clock: Clock
  kubernetesVersion: string
  admission: AdmissionSettings
  authority: Authority
  /** Told of every request that came over HTTP, once it is answered; null: nobody listens. */
  audit: ((event: AuditEvent) => void) | null
  auditLevel: AuditLevel
  snapshots: Snapshots
  takeStream: TakeStream
  /** Where all kubelets are dialled, whatever addresses their nodes have; null: there. */
  kubeletHost: string | null
  /** Aborts when the server closes. */
  closing: AbortSignal
}

/** Which admission plug-ins work, and how. */
export interface AdmissionSettings {
  readonly runtimeClass: boolean
  readonly podSecurity: boolean
  /** Of namespaces without labels. Source: PodSecurityConfiguration, defaults and exemptions. */
  readonly podSecurityDefault?: {
    readonly level: 'baseline' | 'restricted'
    readonly exemptNamespaces: readonly string[]
  } | null
  /** dropped: a policy of the cluster takes the labels of Pod Security from every new namespace but kata-deploy's. A departure. */
  readonly podSecurityLabels?: 'kept' | 'dropped'
  /** false: a fault; ResourceQuotas leave the overhead out. */
  quotaCountsOverhead?: boolean
  /** Kyverno is installed: its policies admit pods. late: after the API server's own plug-ins, which do not run again. A departure. */
  readonly kyverno?: { readonly mutates: 'first' | 'late' | 'never' }
  /** mounted: a webhook makes volumeMounts of volumeDevices of hostPath volumes. A departure. */
  readonly hostPathDevices?: 'refused' | 'mounted'
}

/**
 * Gives a client's connection to a kubelet of this process: no second connection, and no bytes carried from one to the other. The request's
 * URL is the kubelet's own by then. False: no kubelet of this process listens there.
 */
export type TakeStream = (
  at: { readonly host: string; readonly port: number },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => boolean

export interface User {
  name: string
  groups: readonly string[]
  uid?: string
}

const types = new Map<Kind, FieldType | null>()

/** The schema of a kind; null when none is known. */
export function typeFor(kind: Kind): FieldType | null {
  let type = types.get(kind)
  if (type === undefined) {
    type = typeOfKind(kind.group, kind.version, kind.kind)
    types.set(kind, type)
  }
  return type
}

/** Now as metav1.Time writes it: whole seconds. */
export function timestamp(clock: Clock, offsetMs = 0): string {
  const second = Math.floor((clock.now() + offsetMs) / 1000)
  if (second !== last.second)
    last = { second, text: flatText(`${new Date(second * 1000).toISOString().slice(0, 19)}Z`) }
  return last.text
}

/** Thousands of objects say the same second. */
let last = { second: Number.NaN, text: '' }
