import { Agent, fetch as fetchOver } from 'undici'
import { credentialSource } from '../../helpers/cluster/credentials.ts'
import { loadKubeConfig } from '../../helpers/cluster/kubeconfig.ts'
import type { Target } from '../contract/kubernetes/replay.ts'

export interface LiveTarget extends Target {
  close(): Promise<void>
}

/** The API server of a kubeconfig whose user has a client certificate. */
export async function liveTarget(kubeconfig: string): Promise<LiveTarget> {
  const config = loadKubeConfig({ kubeconfig })
  const { tls } = await credentialSource(() => config).get()
  const url = config.getCurrentCluster()!.server
  const admin = new Agent({ connect: { ...tls } })
  const nobody = new Agent({ connect: { ...(tls.ca ? { ca: tls.ca } : {}) } })
  const ask = (path: string, init: RequestInit, dispatcher: Agent): Promise<Response> =>
    fetchOver(`${url}${path}`, { ...(init as object), dispatcher }) as unknown as Promise<Response>
  return {
    url,
    send(path, request, credentials) {
      const authorization: Record<string, string> =
        credentials.token === null ? {} : { Authorization: `Bearer ${credentials.token}` }
      const headers = { ...(request.headers as Record<string, string>), ...authorization }
      return ask(path, { ...request, headers }, credentials.admin ? admin : nobody)
    },
    async *changes(collection, signal) {
      const response = await ask(`${collection}?watch=true`, { signal }, admin).catch(() => null)
      if (!response?.ok) return
      const { body } = response
      try {
        for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) yield chunk
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    close: async () => void (await Promise.all([admin.close(), nobody.close()])),
  }
}
