import { KubeApiError } from '../../kubeClient.ts'
import type { KubeObject } from '../../kubeObject.ts'
import type { KubeletContext } from '../kubeletContext.ts'
import type { Volume } from '../podSpec.ts'
import { mountHostPath } from './hostPath.ts'
import { directoryVolume, podDirectory, VolumeError, type MountedVolume } from './mountedVolumes.ts'
import { claimOf, phaseOf, volumeOf } from '../../controllers/objectViews.ts'
import { capacityOf } from '../../controllers/volumeMatching.ts'

/** A claim's volume on this node: hostPath and local ones. Throws VolumeError. */
export async function mountClaim(context: KubeletContext, pod: KubeObject, volume: Volume): Promise<MountedVolume> {
  const claimName = volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : volume.persistentVolumeClaim!.claimName
  const claim = await read(context, `/api/v1/namespaces/${pod.metadata.namespace}/persistentvolumeclaims/${claimName}`)
  if (!claim)
    throw new VolumeError(
      `error getting PVC ${pod.metadata.namespace}/${claimName}: persistentvolumeclaim "${claimName}" not found`,
    )
  const volumeName = claimOf(claim).volumeName
  if (!volumeName || phaseOf(claim) !== 'Bound')
    throw new VolumeError(`error processing PVC ${pod.metadata.namespace}/${claimName}: PVC is not bound`)
  const persistent = await read(context, `/api/v1/persistentvolumes/${volumeName}`)
  if (!persistent) throw new VolumeError(`persistentvolume "${volumeName}" not found`)
  const readonly = volume.persistentVolumeClaim?.readOnly === true
  const spec = volumeOf(persistent)
  const block = claimOf(claim).volumeMode === 'Block'
  if (spec.hostPath) return { ...mountHostPath(context.runtime.host, spec.hostPath, readonly), blockDevice: block }
  if (spec.csi) return publish(context, pod, persistent, spec.csi.volumeHandle, { readonly, block })
  if (!spec.local)
    throw new VolumeError(`no volume plugin matched: volume "${volumeName}" is neither local nor hostPath`)
  const kind = context.runtime.host.kindOf(spec.local.path)
  if (kind === null) throw new VolumeError(`path "${spec.local.path}" does not exist`)
  if (!block) return directoryVolume(spec.local.path, { readonly })
  if (kind !== 'blockDevice') throw new VolumeError(`path "${spec.local.path}" is not a block device`)
  tellMapped(context, pod, volumeName)
  return directoryVolume(spec.local.path, { readonly, blockDevice: true })
}

/** NodePublishVolume of the volume's CSI driver on this node. */
function publish(
  context: KubeletContext,
  pod: KubeObject,
  persistent: KubeObject,
  handle: string,
  { readonly, block }: { readonly: boolean; block: boolean },
): MountedVolume {
  const { host } = context.runtime
  if (!host.publishVolume)
    throw new VolumeError(`driver name of volume "${handle}" not found in the list of registered CSI drivers`)
  const { name } = persistent.metadata
  const target = block
    ? `/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/${name}/${pod.metadata.uid}`
    : `${podDirectory(pod)}/volumes/kubernetes.io~csi/${name}/mount`
  host.publishVolume({ handle, block, sizeBytes: capacityOf(persistent), target })
  return directoryVolume(target, { readonly, blockDevice: block })
}

/** Recorded with a block volume: two events, one for the global map path, one for the pod's. */
function tellMapped(context: KubeletContext, pod: KubeObject, name: string): void {
  const plugin = 'kubernetes.io~local-volume'
  const told = (what: string, path: string) =>
    context.events.event(
      pod,
      'Normal',
      'SuccessfulMountVolume',
      `MapVolume.MapPodDevice succeeded for volume "${name}" ${what} "${path}"`,
    )
  told('globalMapPath', `/var/lib/kubelet/plugins/${plugin}/volumeDevices/${name}`)
  told('volumeMapPath', `${podDirectory(pod)}/volumeDevices/${plugin}`)
}

async function read(context: KubeletContext, path: string): Promise<KubeObject | null> {
  try {
    return await context.client.get(path)
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 404) return null
    throw error
  }
}
