import { readFileSync } from 'node:fs'
import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import { ImageError } from './images.ts'

/** Name of the Secret in each namespace of the suite. */
export const pullSecretName = 'kata-conformance-pull'
/** Under which the content of config.json is in it. */
export const pullSecretKey = '.dockerconfigjson'

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly username?: string } | undefined>>
}

/**
 * Reads the file by which docker or podman is logged in to a registry (config.json, auth.json). The kubelet takes what stands in it and asks no helper.
 * Nothing of its content is in an error.
 * @throws ImageError when it cannot be read or has no credentials of its own
 */
export function readPullConfig(file: string): string {
  const option = `--image-pull-config ${file}`
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ImageError(`${option}: ${(error as NodeJS.ErrnoException).code ?? 'it'}: cannot be read`)
  }
  let config: DockerConfig | null
  try {
    config = JSON.parse(text) as DockerConfig | null
  } catch {
    throw new ImageError(`${option}: is not JSON; expected the config.json of docker login`)
  }
  const auths = Object.values(config?.auths ?? {})
  if (auths.length === 0) throw new ImageError(`${option}: has no "auths"; expected the config.json of docker login`)
  if (auths.every((each) => !each?.auth && !each?.username))
    throw new ImageError(
      `${option}: has no credentials; a helper keeps them, which nodes cannot ask: log in to a file of its own, docker --config DIR login`,
    )
  return text
}

/** The Secret by which pods of a namespace pull. It goes with the namespace. */
export async function createPullSecret(
  cluster: Pick<Cluster, 'create'>,
  { namespace, config, labels }: Omit<PullSecret, 'name'>,
): Promise<void> {
  await cluster.create(pullSecret({ name: pullSecretName, namespace, config, labels }))
}

interface PullSecret {
  readonly name: string
  readonly namespace: string
  /** Content of config.json. */
  readonly config: string
  readonly labels: Readonly<Record<string, string>>
}

export const pullSecret = ({ name, namespace, config, labels }: PullSecret): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  metadata: { name, namespace, labels },
  data: { [pullSecretKey]: Buffer.from(config).toString('base64') },
})
