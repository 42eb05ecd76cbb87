import type * as http from 'node:http'
import type * as https from 'node:https'
import type { KubeConfig, User } from '@kubernetes/client-node'
import { oneLine } from './apiError.ts'
import { KubeconfigError } from './kubeconfigError.ts'

/** What a request must carry, and how the connection is made. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly tls: TlsOptions
  /** For WebSockets: goes through the proxy of the kubeconfig and keeps TLS sessions. */
  readonly agent: http.Agent
}

export interface TlsOptions {
  ca?: Buffer
  cert?: Buffer | string
  key?: Buffer | string
  rejectUnauthorized?: boolean
  servername?: string
}

export interface CredentialSource {
  get(): Promise<Credentials>
  /** Forgets what the credential plugin gave (after a 401). False when there is nothing to ask anew. */
  renew(): boolean
}

/** How long one answer of a credential plugin or token file serves, ms: a burst of calls must not run it once each. */
const reuseMs = 5000

/**
 * Credentials of the current context. Certificates and tokens are read once; plugins, token files and OIDC are asked
 * through the client library, which keeps a token until it expires.
 */
export function credentialSource(load: () => KubeConfig): CredentialSource {
  let config = load()
  const isStatic = !config.getCurrentUser()?.exec && !config.getCurrentUser()?.authProvider
  let last: { at: number; credentials: Promise<Credentials> } | null = null

  return {
    get() {
      if (last && (isStatic || Date.now() - last.at < reuseMs)) return last.credentials
      const asked = { at: Date.now(), credentials: ask(config) }
      asked.credentials.catch(() => {
        if (last === asked) last = null
      })
      last = asked
      return asked.credentials
    },
    renew() {
      if (isStatic) return false
      config = load()
      last = null
      return true
    },
  }
}

async function ask(config: KubeConfig): Promise<Credentials> {
  const options: https.RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (failure) {
    const plugin = config.getCurrentUser()?.exec as { command?: string } | undefined
    const said = oneLine(failure instanceof Error ? failure.message : String(failure)).slice(0, 300)
    throw new KubeconfigError(
      plugin?.command
        ? `the credential plugin ${plugin.command} of the kubeconfig gave no credentials: ${said}`
        : `the kubeconfig gives no usable credentials: ${said}`,
      { cause: failure },
    )
  }
  const { ca, cert, key, rejectUnauthorized, servername } = options as TlsOptions
  return {
    headers: headersOf(options, config.getCurrentUser()),
    tls: defined({ ca, cert, key, rejectUnauthorized, servername }),
    agent: options.agent as http.Agent,
  }
}

/** Impersonation beyond the user name, which the client library does not send: kept beside the user by loadKubeConfig. */
export interface ImpersonatingUser extends User {
  impersonateGroups?: string[]
  impersonateUid?: string
}

function headersOf(options: https.RequestOptions, user: ImpersonatingUser | null): Credentials['headers'] {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value : String(value).trim()
  }
  if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  if (user?.impersonateGroups?.length) headers['Impersonate-Group'] = user.impersonateGroups
  if (user?.impersonateUid) headers['Impersonate-Uid'] = user.impersonateUid
  return headers
}

const defined = (options: { [Key in keyof TlsOptions]: TlsOptions[Key] | undefined }): TlsOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
