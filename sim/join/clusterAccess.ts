/** How to reach a real API server, as a kubeconfig says it. */
export interface ClusterAccess {
  /** https://HOST:PORT, perhaps with a path. */
  readonly server: string
  /** Name of the kubeconfig's context: what an operator calls this cluster. */
  readonly context: string
  /** Asked before each request: tokens expire. */
  credentials(): Promise<ClusterCredentials>
}

export interface ClusterCredentials {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly tls: {
    readonly ca?: Buffer
    readonly cert?: Buffer | string
    readonly key?: Buffer | string
    readonly rejectUnauthorized?: boolean
    readonly servername?: string
  }
}
