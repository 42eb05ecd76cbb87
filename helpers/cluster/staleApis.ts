import { ApiError } from './apiError.ts'
import type { Transport } from './transport.ts'

/** Aggregated discovery (apidiscovery.k8s.io/v2, Kubernetes 1.30; v2beta1 from 1.26): one document of all groups, with what could not be asked as Stale. */
const accept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

interface GroupDiscovery {
  readonly metadata?: { readonly name?: string }
  readonly versions?: readonly { readonly version: string; readonly freshness?: string }[]
}

/** @throws ApiError, but not where discovery is forbidden: then nothing is known */
export async function staleApis(transport: Transport): Promise<string[]> {
  try {
    const { json } = await transport.call({ method: 'GET', path: '/apis', accept })
    const { kind, items } = json as { kind?: string; items?: readonly GroupDiscovery[] }
    if (kind !== 'APIGroupDiscoveryList') return []
    return (items ?? []).flatMap(({ metadata, versions }) =>
      (versions ?? [])
        .filter(({ freshness }) => freshness === 'Stale')
        .map(({ version }) => `${metadata?.name}/${version}`),
    )
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return []
    throw error
  }
}
