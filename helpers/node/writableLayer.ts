import { parseMounts } from '../guest/mounts.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import type { NodeProbe } from './nodeProbe.ts'

/**
 * The directory on the node in which the snapshotter overlayfs keeps what a container writes to its root file system: upperdir of the overlay that the
 * host has mounted for the container, by runc (containerd's bundle) as by Kata (what it shares with the guest). Null where no overlay of the
 * host is the container's: another snapshotter (devmapper), or an image that is pulled in the guest.
 */
export async function writableLayer(node: NodeProbe, pod: PodHandle, container?: string): Promise<string | null> {
  const id = containerId(pod, container)
  return upperDirectory(await node.readFile('/proc/1/mounts'), id)
}

/** @param mounts /proc/mounts of the host */
export function upperDirectory(mounts: string, id: string): string | null {
  const own = parseMounts(mounts).filter(({ type, target }) => type === 'overlay' && target.includes(id))
  const options = own.flatMap((mount) => mount.options)
  return options.find((option) => option.startsWith('upperdir='))?.slice('upperdir='.length) ?? null
}

/** Id of a container at its runtime, without the scheme. Throws when the pod's status has none. */
export function containerId(pod: PodHandle, container?: string): string {
  const { containerStatuses = [] } = (pod.object.status ?? {}) as {
    containerStatuses?: { name: string; containerID?: string }[]
  }
  const status =
    container === undefined ? containerStatuses[0] : containerStatuses.find(({ name }) => name === container)
  const id = status?.containerID?.replace(/^\w+:\/\//, '')
  if (!id) throw new Error(`pod ${pod.name} has no container id of ${container ?? 'its container'} in its status`)
  return id
}
