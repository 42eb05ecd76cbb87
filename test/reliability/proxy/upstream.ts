import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { load } from 'js-yaml'

/** The API server behind the proxy, and who the proxy is to it. */
export interface Upstream {
  /** With the path that the server has in its kubeconfig, without a slash at its end. */
  readonly url: URL
  /** Of the user in the kubeconfig. */
  readonly headers: Readonly<Record<string, string>>
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  request(options: RequestOptions): ClientRequest
  close(): void
}

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[]
  users: { user: Record<string, string> }[]
}

/** Of a kubeconfig with one cluster and one user, that has a client certificate or a token. */
export function upstreamOf(kubeconfig: string): Upstream {
  const { clusters, users } = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  const [cluster = {}, user = {}] = [clusters[0]?.cluster, users[0]?.user]
  const url = new URL((cluster['server'] ?? '').replace(/\/$/, ''))
  const tls = withoutAbsent({
    ca: textOf(cluster, 'certificate-authority'),
    cert: textOf(user, 'client-certificate'),
    key: textOf(user, 'client-key'),
  })
  const headers: Record<string, string> = user['token'] ? { authorization: `Bearer ${user['token']}` } : {}
  const secure = url.protocol === 'https:'
  const agent = secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true })
  return {
    url,
    headers,
    tls,
    request: (options) =>
      (secure ? httpsRequest : httpRequest)({
        ...options,
        agent,
        host: url.hostname,
        port: url.port,
      }),
    close: () => agent.destroy(),
  }
}

function textOf(group: Record<string, string>, name: string): string | undefined {
  const data = group[`${name}-data`]
  if (data !== undefined) return Buffer.from(data, 'base64').toString()
  const file = group[name]
  return file === undefined ? undefined : readFileSync(file, 'utf8')
}

const withoutAbsent = <T extends object>(of: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never
