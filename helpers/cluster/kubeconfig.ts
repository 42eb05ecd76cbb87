import { existsSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { closest, distance } from 'fastest-levenshtein'
import { checkCluster, checkUser } from './kubeconfigChecks.ts'
import { KubeconfigError } from './kubeconfigError.ts'
import { type Entry, kubeconfigFiles, type RawKubeconfig, readKubeconfigFiles } from './kubeconfigFiles.ts'
import type { ImpersonatingUser } from './credentials.ts'
import { proxyFromEnvironment } from './proxyFromEnvironment.ts'

export interface KubeConfigOptions {
  kubeconfig?: string | undefined
  context?: string | undefined
  /** Default process.env. */
  environment?: NodeJS.ProcessEnv
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * The kubeconfig as kubectl reads it: `--kubeconfig`, else the files of KUBECONFIG merged, else ~/.kube/config, else the
 * Pod's own ServiceAccount. Never localhost:8080 because nothing was found. Checked, so that what is wrong is said here
 * in one line and not by a failing call later.
 *
 * @throws KubeconfigError what, in which file, what would be right
 */
export function loadKubeConfig(options: KubeConfigOptions = {}): KubeConfig {
  const environment = options.environment ?? process.env
  const candidates = kubeconfigFiles(options.kubeconfig, environment)
  const raw = readKubeconfigFiles(candidates)
  if (raw.files.length === 0) {
    if (inCluster(environment) && options.context === undefined) return inClusterConfig()
    throw new KubeconfigError(
      `no kubeconfig: ${candidates.map(({ path }) => path).join(', ')} ${candidates.length > 1 ? 'do' : 'does'} not exist` +
        ' and this is no Pod; give --kubeconfig FILE or set KUBECONFIG',
    )
  }
  const name = contextName(raw, options.context)
  const context = raw.contexts.get(name) as Entry
  const cluster = named(raw, 'clusters', context, name)
  const user = named(raw, 'users', context, name)
  if (cluster === null) throw new KubeconfigError(`kubeconfig ${context.file}: context ${name} names no cluster`)
  checkCluster(cluster)
  checkUser(user)
  return configOf({ name, context, cluster, user, environment })
}

const inCluster = (environment: NodeJS.ProcessEnv): boolean =>
  Boolean(environment['KUBERNETES_SERVICE_HOST'] && environment['KUBERNETES_SERVICE_PORT']) &&
  existsSync(serviceAccountToken)

function inClusterConfig(): KubeConfig {
  const config = new KubeConfig()
  config.loadFromCluster()
  return config
}

function contextName(raw: RawKubeconfig, asked: string | undefined): string {
  const file = raw.files.join(', ')
  const names = [...raw.contexts.keys()]
  const choice = names.length > 0 ? `it has ${names.join(', ')}` : 'it has no contexts'
  const name = asked ?? raw.currentContext
  if (name === null)
    throw new KubeconfigError(`kubeconfig ${file} has no current-context: give --context NAME; ${choice}`)
  if (raw.contexts.has(name)) return name
  const what =
    asked === undefined
      ? `the current-context "${name}" of kubeconfig ${file} does not exist`
      : `kubeconfig ${file} has no context "${name}"`
  throw new KubeconfigError(`${what}${nearest(name, names)}; ${choice}`)
}

function nearest(name: string, names: readonly string[]): string {
  const near = names.length > 0 ? closest(name, names) : null
  return near !== null && distance(name, near) <= Math.max(2, name.length / 3) ? `: did you mean "${near}"?` : ''
}

/** The cluster or user entry that a context names; null when it names none. */
function named(
  raw: RawKubeconfig,
  list: 'clusters' | 'users',
  context: Entry,
  contextName: string,
): (Entry & { name: string }) | null {
  const field = list === 'clusters' ? 'cluster' : 'user'
  const name = context.body[field]
  if (typeof name !== 'string' || name === '') return null
  const entry = raw[list].get(name)
  if (entry) return { ...entry, name }
  const names = [...raw[list].keys()]
  throw new KubeconfigError(
    `kubeconfig ${context.file}: context ${contextName} names the ${field} "${name}", which has no entry under ${list}` +
      `${nearest(name, names)}; there is ${names.join(', ') || 'none'}`,
  )
}

/** The checked entries as the client library takes them. */
function configOf(of: {
  name: string
  context: Entry
  cluster: Entry & { name: string }
  user: (Entry & { name: string }) | null
  environment: NodeJS.ProcessEnv
}): KubeConfig {
  const text = (body: Record<string, unknown>, field: string): string | undefined =>
    (body[field] as string | undefined) || undefined
  const cluster = of.cluster.body
  const server = String(cluster['server']).replace(/\/$/, '')
  const user = of.user?.body ?? {}
  const tokenFile = text(user, 'tokenFile')
  const config = new KubeConfig()
  const namespace = text(of.context.body, 'namespace')
  config.loadFromOptions({
    currentContext: of.name,
    contexts: [
      {
        name: of.name,
        cluster: of.cluster.name,
        user: of.user?.name ?? 'anonymous',
        ...(namespace ? { namespace } : {}),
      },
    ],
    clusters: [
      {
        name: of.cluster.name,
        server,
        caFile: text(cluster, 'certificate-authority-data') ? undefined : text(cluster, 'certificate-authority'),
        caData: text(cluster, 'certificate-authority-data'),
        // The library demands this for plain http, where there is nothing to verify.
        skipTLSVerify: cluster['insecure-skip-tls-verify'] === true || server.startsWith('http:'),
        tlsServerName: text(cluster, 'tls-server-name'),
        proxyUrl: text(cluster, 'proxy-url') ?? proxyFromEnvironment(server, of.environment),
      },
    ],
    users: [
      {
        name: of.user?.name ?? 'anonymous',
        // Data wins over a file, a token file over a token, as in client-go.
        certData: text(user, 'client-certificate-data'),
        certFile: text(user, 'client-certificate-data') ? undefined : text(user, 'client-certificate'),
        keyData: text(user, 'client-key-data'),
        keyFile: text(user, 'client-key-data') ? undefined : text(user, 'client-key'),
        token: tokenFile ? undefined : text(user, 'token'),
        username: text(user, 'username'),
        password: text(user, 'password'),
        impersonateUser: text(user, 'as'),
        impersonateGroups: user['as-groups'] as string[] | undefined,
        impersonateUid: text(user, 'as-uid'),
        exec: withExecInfo(user['exec'] as ExecConfig | undefined, cluster, server),
        authProvider: tokenFile ? { name: 'tokenFile', config: { tokenFile } } : user['auth-provider'],
      } as ImpersonatingUser,
    ],
  })
  return config
}

interface ExecConfig {
  apiVersion?: string
  command: string
  env?: { name: string; value: string }[] | null
  provideClusterInfo?: boolean
}

/** Credential plugins read KUBERNETES_EXEC_INFO (client-go's exec protocol), which the library does not set. */
function withExecInfo(
  exec: ExecConfig | undefined,
  cluster: Record<string, unknown>,
  server: string,
): ExecConfig | undefined {
  if (!exec) return undefined
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo
        ? { cluster: { server, 'certificate-authority-data': cluster['certificate-authority-data'] } }
        : {}),
    },
  }
  return { ...exec, env: [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] }
}
