import type { KubeObject } from '../../kubeObject.ts'
import type { HostFiles } from '../containerRuntime.ts'

/** A volume of a pod, ready on its node. */
export interface MountedVolume {
  hostPath: string
  readonly: boolean
  /** volumeMode: Block: hostPath is a device. */
  blockDevice: boolean
  /** Files are swapped by a link (ConfigMap, Secret, projected): a subPath of it is a copy that stays as it is. */
  atomic: boolean
  /** Bytes that it may hold on the host; null is without limit or not counted. */
  sizeLimitBytes: number | null
  /** On the node's disk: its use counts as the pod's ephemeral storage. */
  ephemeral: boolean
}

export type MountedVolumes = ReadonlyMap<string, MountedVolume>

/** Why a volume cannot be set up: the end of kubelet's FailedMount message. */
export class VolumeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'VolumeError'
  }
}

export function podDirectory(pod: KubeObject): string {
  return `/var/lib/kubelet/pods/${pod.metadata.uid}`
}

export function volumeDirectory(pod: KubeObject, plugin: string, name: string): string {
  return `${podDirectory(pod)}/volumes/kubernetes.io~${plugin}/${name}`
}

/** Defaults of a volume: a writable directory without limit. */
export function directoryVolume(hostPath: string, more: Partial<MountedVolume> = {}): MountedVolume {
  return {
    hostPath,
    readonly: false,
    blockDevice: false,
    atomic: false,
    sizeLimitBytes: null,
    ephemeral: false,
    ...more,
  }
}

/** Where a subPath of a volume is on the host; the directory is made when nothing is there (subpath_linux.go SafeMakeDir). Throws VolumeError. */
export function subPathSource(
  host: HostFiles,
  pod: KubeObject,
  volume: MountedVolume,
  mount: { container: string; volume: string; index: number; subPath: string },
): string {
  if (mount.subPath.startsWith('/') || mount.subPath.split('/').includes('..'))
    throw new VolumeError(`subPath "${mount.subPath}" must be a relative path without ".."`)
  const source = `${volume.hostPath}/${mount.subPath}`
  if (volume.atomic) {
    const content = host.readFile(source)
    if (content !== null) {
      const copy = `${podDirectory(pod)}/volume-subpaths/${mount.volume}/${mount.container}/${mount.index}`
      host.makeDirectory(copy.slice(0, copy.lastIndexOf('/')), 0o750)
      host.writeFile(copy, content, 0o644)
      return copy
    }
  }
  if (host.kindOf(source) === null) host.makeDirectory(source, 0o777)
  return source
}
