import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { kubernetesMinor } from '../../helpers/facts/kubernetesMinor.ts'

/** The API server is not one that a run can work with: said before anything is made. Exit code 3. */
export class ApiServerError extends Error {
  override readonly name = 'ApiServerError'
  readonly exitCode = 3
}

/** Pod overhead, by which the suite reckons, is stable from 1.24 on, RuntimeClass v1 from 1.20 (kubernetes.io, Feature Gates). */
const oldestMinor = 24
/** Rights and answers of later releases were not looked at. */
const newestMinor = 35
/** Far more than a request takes, and little enough for tokens and certificates, ms. */
const clockToleranceMs = 30_000

/**
 * Returns what an operator should know of the API server, one line each.
 * Throws ApiServerError where the release is too old, and where an extension API server does not answer: the namespace controller removes no namespace
 * then, so a run would leave all of its own behind.
 */
export async function checkApiServer(cluster: Cluster): Promise<string[]> {
  const { gitVersion } = await cluster.version()
  const minor = kubernetesMinor(gitVersion)
  if (minor !== null && minor < oldestMinor) {
    throw new ApiServerError(
      `Kubernetes ${gitVersion} of ${cluster.server} is not supported: it must be 1.${oldestMinor} or newer, where pod overhead is stable`,
    )
  }
  const stale = await cluster.staleApis()
  if (stale.length > 0) {
    throw new ApiServerError(
      `the API server at ${cluster.server} gets no answer for ${stale.join(', ')}, which an extension serves: no namespace can be removed meanwhile, ` +
        'and the run would leave its own behind. Repair or delete the APIService (kubectl get apiservices)',
    )
  }
  return [...newer(gitVersion, minor), ...clock(cluster.clockAheadMs)]
}

function newer(gitVersion: string, minor: number | null): string[] {
  if (minor !== null && minor <= newestMinor) return []
  return [
    `Kubernetes ${gitVersion} is not a release that this suite knows (1.${oldestMinor} to 1.${newestMinor}): what breaks may be due to that`,
  ]
}

function clock(aheadMs: number | null): string[] {
  if (aheadMs === null || Math.abs(aheadMs) < clockToleranceMs) return []
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  return [
    `the clock of this machine is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the API server's: times in the reports are this machine's, those of objects and events are not`,
  ]
}
