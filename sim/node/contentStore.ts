import { imageBlobs } from '../imageBlobs.ts'
import { normalizedImage } from '../kubelet/imageService.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'

const blobs = '/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256'

/**
 * Writes what containerd has of an image in its content store once a container is made of it. Of an image whose snapshotter says that it has the layers
 * elsewhere (remote snapshots; nydus, where the guest pulls) the layers are not fetched.
 */
export function storeImage(files: MachineFiles, image: string, withLayers: boolean): void {
  const { metadata, layers } = imageBlobs(normalizedImage(image))
  for (const [digest, text] of [...metadata, ...(withLayers ? layers : [])]) {
    const path = `${blobs}/${digest.replace('sha256:', '')}`
    if (files.kindOf(path) === null) files.write(path, text, 0o444)
  }
}
