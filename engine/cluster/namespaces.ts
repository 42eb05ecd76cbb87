import { ApiError, isTaken } from '../../helpers/cluster/apiError.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { createPullSecret } from '../../helpers/pods/pullSecret.ts'
import type { RunOptions } from '../options.ts'
import { scopeOf, type Shard } from '../plan/shard.ts'
import type { Ledger } from './ledger.ts'
import { runLabels } from './labels.ts'
import { RunExistsError } from './runExistsError.ts'

export interface RunNamespaces {
  /** Pod Security level baseline */
  readonly baseline: string
  /** Pod Security level privileged; null when the suite may not have one */
  readonly privileged: string | null
  /** What the cluster said when it refused the privileged one; null when it did not. */
  readonly refused: string | null
}

/** Of the baseline namespace of a run, or of one of its shards. */
export const namespaceName = (runId: string, shard: Shard | null): string => `kata-conformance-${scopeOf(runId, shard)}`

const NAMESPACE_READY_MS = 30_000

/**
 * Makes the run's two namespaces and waits for their default ServiceAccount, without which no pod is admitted.
 * Throws ApiError (403 says which verb is lacking) when the baseline one cannot be made, or when it is not known whether the other one may be,
 * RunExistsError when somebody else has made it, and what `made` throws once the first one is there.
 */
export async function createNamespaces(
  cluster: Cluster,
  ledger: Ledger,
  { runId, shard }: Pick<RunOptions, 'runId' | 'shard'>,
  images: Pick<ImageResolver, 'pullConfig'>,
  made: (namespace: string) => Promise<void>,
): Promise<RunNamespaces> {
  const name = namespaceName(runId, shard)
  const level = (enforced: string) => ({ 'pod-security.kubernetes.io/enforce': enforced })
  await createNamespace(cluster, ledger, name, level('baseline'), runId, images, made).catch((error: unknown) => {
    // It was made since this run looked for one.
    throw isTaken(error) ? new RunExistsError(runId, `namespace ${name}`) : error
  })
  const second = `${name}-privileged`
  try {
    await createNamespace(cluster, ledger, second, level('privileged'), runId, images)
    return { baseline: name, privileged: second, refused: null }
  } catch (error) {
    if (isRefusal(error)) return { baseline: name, privileged: null, refused: error.message }
    throw error
  }
}

/** No permission, or a policy of the cluster: an answer, unlike a server that does not give one. */
const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === 400 || error.code === 403 || error.code === 422)

/** Makes a namespace of the run, with the Secret by which its pods pull where there is one, and waits until it takes pods. Throws ApiError. */
export async function createNamespace(
  cluster: Cluster,
  ledger: Ledger,
  name: string,
  labels: Readonly<Record<string, string>>,
  runId: string,
  images: Pick<ImageResolver, 'pullConfig'>,
  made?: (namespace: string) => Promise<void>,
): Promise<KubeObject> {
  const manifest: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...labels, ...runLabels(runId) } },
  }
  const created = await ledger.make(cluster, manifest)
  await made?.(name)
  const { pullConfig: config } = images
  if (config !== undefined) await createPullSecret(cluster, { namespace: name, config, labels: runLabels(runId) })
  await cluster.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' }, () => true, {
    timeoutMs: NAMESPACE_READY_MS,
    what: `the default ServiceAccount of namespace ${name}`,
  })
  return created
}
