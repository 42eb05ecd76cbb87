import type { KubeObject } from '../../kubeObject.ts'
import { fieldValue, resourceValue } from '../downwardApi.ts'
import type { KubeletContext } from '../kubeletContext.ts'
import type { DownwardItem, KeyToPath, Volume, VolumeProjection } from '../podSpec.ts'
import { specOf } from '../podSpec.ts'
import type { VolumeFile } from './atomicFiles.ts'
import { VolumeError } from './mountedVolumes.ts'

/** The files of a ConfigMap, Secret, downward API or projected volume. Throws VolumeError when a source is missing. */
export async function volumeFiles(
  context: KubeletContext,
  pod: KubeObject,
  volume: Volume,
  podIps: readonly string[],
): Promise<VolumeFile[]> {
  const files: VolumeFile[] = []
  for (const source of sourcesOf(volume)) files.push(...(await sourceFiles(context, pod, source, podIps)))
  return files
}

interface Source extends VolumeProjection {
  defaultMode: number
}

/** A ConfigMap or Secret volume is a projection of one source. */
export function sourcesOf(volume: Volume): Source[] {
  if (volume.configMap) return [{ configMap: volume.configMap, defaultMode: volume.configMap.defaultMode ?? 0o644 }]
  if (volume.secret)
    return [
      { secret: { ...volume.secret, name: volume.secret.secretName }, defaultMode: volume.secret.defaultMode ?? 0o644 },
    ]
  if (volume.downwardAPI)
    return [{ downwardAPI: volume.downwardAPI, defaultMode: volume.downwardAPI.defaultMode ?? 0o644 }]
  return (volume.projected?.sources ?? []).map((source) => ({
    ...source,
    defaultMode: volume.projected?.defaultMode ?? 0o644,
  }))
}

async function sourceFiles(
  context: KubeletContext,
  pod: KubeObject,
  source: Source,
  podIps: readonly string[],
): Promise<VolumeFile[]> {
  if (source.configMap)
    return keyFiles(
      await context.configMaps.get(pod.metadata.namespace!, source.configMap.name),
      'configmap',
      source.configMap,
      source.defaultMode,
    )
  if (source.secret)
    return keyFiles(
      await context.secrets.get(pod.metadata.namespace!, source.secret.name),
      'secret',
      source.secret,
      source.defaultMode,
    )
  if (source.downwardAPI)
    return (source.downwardAPI.items ?? []).map((item) => ({
      path: item.path,
      content: downwardContent(context, pod, item, podIps),
      mode: item.mode ?? source.defaultMode,
    }))
  if (source.serviceAccountToken) return [await tokenFile(context, pod, source.serviceAccountToken, source.defaultMode)]
  return []
}

function keyFiles(
  object: KubeObject | null,
  kind: 'configmap' | 'secret',
  source: { name: string; items?: KeyToPath[]; optional?: boolean },
  mode: number,
): VolumeFile[] {
  if (!object) {
    if (source.optional) return []
    throw new VolumeError(`${kind} "${source.name}" not found`)
  }
  const contents = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries((object['data'] ?? {}) as Record<string, string>))
    contents.set(key, Buffer.from(value, kind === 'secret' ? 'base64' : 'utf8'))
  for (const [key, value] of Object.entries((object['binaryData'] ?? {}) as Record<string, string>))
    contents.set(key, Buffer.from(value, 'base64'))
  if (!source.items?.length) return [...contents].map(([path, content]) => ({ path, content, mode }))
  return source.items.flatMap((item) => {
    const content = contents.get(item.key)
    if (content) return [{ path: item.path, content, mode: item.mode ?? mode }]
    if (source.optional) return []
    throw new VolumeError(
      kind === 'configmap'
        ? `configmap references non-existent config key: ${item.key}`
        : `references non-existent secret key: ${item.key}`,
    )
  })
}

function downwardContent(
  context: KubeletContext,
  pod: KubeObject,
  item: DownwardItem,
  podIps: readonly string[],
): string {
  if (item.fieldRef)
    return fieldValue(pod, item.fieldRef.fieldPath, { nodeName: context.nodeName, hostIps: context.hostIps, podIps })
  if (item.resourceFieldRef)
    return resourceValue(
      pod,
      item.resourceFieldRef.containerName ?? '',
      item.resourceFieldRef.resource,
      item.resourceFieldRef.divisor,
    )
  return ''
}

async function tokenFile(
  context: KubeletContext,
  pod: KubeObject,
  source: NonNullable<VolumeProjection['serviceAccountToken']>,
  mode: number,
): Promise<VolumeFile> {
  const account = specOf(pod).serviceAccountName ?? 'default'
  try {
    const request = await context.client.create(
      `/api/v1/namespaces/${pod.metadata.namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: { name: account, namespace: pod.metadata.namespace! },
        spec: {
          audiences: source.audience ? [source.audience] : [],
          expirationSeconds: source.expirationSeconds ?? 3600,
          boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid },
        },
      },
    )
    return { path: source.path, content: (request['status'] as { token?: string } | undefined)?.token ?? '', mode }
  } catch (error) {
    throw new VolumeError(`failed to fetch token: ${(error as Error).message}`)
  }
}
