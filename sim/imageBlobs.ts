import { createHash } from 'node:crypto'

/** The blobs of an image as a registry has them (OCI image specification), each by its digest: sha256:… */
export interface ImageBlobs {
  /** Digest of the index: what a tag stands for. */
  readonly digest: string
  /** Index, manifest and configuration: what a client needs to know of an image. */
  readonly metadata: ReadonlyMap<string, string>
  readonly layers: ReadonlyMap<string, string>
}

/** @param name a complete reference: docker.io/library/busybox:1.36 */
export function imageBlobs(name: string): ImageBlobs {
  const layer = `layer of ${name}`
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [of(layer)] },
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: of(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: of(layer), size: layer.length }],
  })
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: of(manifest),
        size: manifest.length,
        platform: { architecture: 'amd64', os: 'linux' },
      },
    ],
  })
  return {
    digest: of(index),
    metadata: new Map([index, manifest, config].map((text) => [of(text), text])),
    layers: new Map([[of(layer), layer]]),
  }
}

const of = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
