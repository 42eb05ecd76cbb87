import type { KubeObject } from '../../kubeObject.ts'
import type { KubeletContext } from '../kubeletContext.ts'
import { specOf, type Volume } from '../podSpec.ts'
import { parseBytes } from '../quantity.ts'
import { writeAtomically, type AtomicVersion } from './atomicFiles.ts'
import { sourcesOf, volumeFiles } from './fileSources.ts'
import { mountHostPath } from './hostPath.ts'
import {
  directoryVolume,
  podDirectory,
  VolumeError,
  volumeDirectory,
  type MountedVolume,
  type MountedVolumes,
} from './mountedVolumes.ts'
import { mountClaim } from './persistentVolume.ts'

/** The volumes of one pod on its node, from their set-up to their removal. */
export interface PodVolumes {
  readonly mounted: MountedVolumes
  /** Sets up what is not yet there. Each volume that cannot be is returned with its reason; try again later. */
  setUp(podIps: readonly string[]): Promise<{ volume: string; message: string }[]>
  tearDown(): void
}

export function createPodVolumes(context: KubeletContext, pod: KubeObject): PodVolumes {
  const mounted = new Map<string, MountedVolume>()
  const versions = new Map<string, AtomicVersion>()
  const unfollow: (() => void)[] = []
  const gone = new AbortController()
  const { host } = context.runtime

  const files = async (
    volume: Volume,
    plugin: string,
    inMemory: boolean,
    podIps: readonly string[],
  ): Promise<MountedVolume> => {
    const path = volumeDirectory(pod, plugin, volume.name)
    const content = await volumeFiles(context, pod, volume, podIps)
    if (inMemory) host.mountTmpfs(path, null)
    else host.makeDirectory(path, 0o777)
    versions.set(volume.name, writeAtomically(host, path, content, context.clock.now(), null))
    for (const nested of nestedMountPoints(pod, volume.name)) host.makeDirectory(`${path}/${nested}`, 0o755)
    followSources(volume, path, podIps)
    // Read-only whatever the pod asks: GetAttributes of the plugins configmap, secret, projected and downwardapi.
    return directoryVolume(path, { atomic: true, readonly: true })
  }

  /** ConfigMaps and Secrets that change are written again, after the time that real kubelets take. kube-root-ca.crt never changes. */
  const followSources = (volume: Volume, path: string, podIps: readonly string[]) => {
    const refresh = async () => {
      try {
        await context.clock.sleep(context.latencies.configRefresh, gone.signal)
        const content = await volumeFiles(context, pod, volume, podIps)
        if (gone.signal.aborted) return
        versions.set(
          volume.name,
          writeAtomically(host, path, content, context.clock.now(), versions.get(volume.name) ?? null),
        )
      } catch {
        // the source is gone or the pod is: the old files stay, as with a real kubelet
      }
    }
    for (const source of sourcesOf(volume)) {
      const namespace = pod.metadata.namespace!
      if (source.configMap && source.configMap.name !== 'kube-root-ca.crt')
        unfollow.push(context.configMaps.follow(namespace, source.configMap.name, () => void refresh()))
      if (source.secret) unfollow.push(context.secrets.follow(namespace, source.secret.name, () => void refresh()))
    }
  }

  const emptyDir = (volume: Volume): MountedVolume => {
    const path = volumeDirectory(pod, 'empty-dir', volume.name)
    const sizeLimitBytes = volume.emptyDir?.sizeLimit ? parseBytes(volume.emptyDir.sizeLimit) : null
    const inMemory = volume.emptyDir?.medium === 'Memory'
    if (inMemory) host.mountTmpfs(path, sizeLimitBytes)
    else host.makeDirectory(path, 0o777)
    for (const nested of nestedMountPoints(pod, volume.name)) host.makeDirectory(`${path}/${nested}`, 0o755)
    const { fsGroup } = specOf(pod).securityContext ?? {}
    if (fsGroup !== undefined) host.giveToGroup(path, fsGroup)
    return directoryVolume(path, { sizeLimitBytes, ephemeral: !inMemory })
  }

  const setUpOne = async (volume: Volume, podIps: readonly string[]): Promise<MountedVolume> => {
    if (volume.emptyDir) return emptyDir(volume)
    if (volume.hostPath) return mountHostPath(host, volume.hostPath)
    if (volume.configMap) return files(volume, 'configmap', false, podIps)
    if (volume.downwardAPI) return files(volume, 'downward-api', true, podIps)
    if (volume.secret) return files(volume, 'secret', true, podIps)
    if (volume.projected) return files(volume, 'projected', true, podIps)
    if (volume.persistentVolumeClaim || volume.ephemeral) return mountClaim(context, pod, volume)
    throw new VolumeError('no volume plugin matched')
  }

  return {
    mounted,
    async setUp(podIps) {
      const failed: { volume: string; message: string }[] = []
      for (const volume of specOf(pod).volumes ?? []) {
        if (mounted.has(volume.name)) continue
        try {
          mounted.set(volume.name, await setUpOne(volume, podIps))
        } catch (error) {
          failed.push({ volume: volume.name, message: (error as Error).message })
        }
      }
      return failed
    },
    tearDown() {
      gone.abort()
      for (const stop of unfollow) stop()
      host.remove(podDirectory(pod))
    },
  }
}

/** Folders of a volume in which a container of the pod mounts another one: the kubelet makes them, the container may not (pkg/volume/util, MakeNestedMountpoints). */
function nestedMountPoints(pod: KubeObject, volume: string): string[] {
  const { containers, initContainers = [] } = specOf(pod)
  return [...containers, ...initContainers].flatMap(({ volumeMounts = [] }) =>
    volumeMounts
      .filter(({ name }) => name === volume)
      .flatMap(({ mountPath }) =>
        volumeMounts
          .filter((other) => other.mountPath.startsWith(`${mountPath}/`))
          .map((other) => other.mountPath.slice(mountPath.length + 1)),
      ),
  )
}
