import type { PodHandle } from '../pods/podHandle.ts'
import type { NodeProbe } from './nodeProbe.ts'

/** Where containerd keeps what it fetched, by distribution: its root, and the folder of the content store. */
const roots = [
  '/var/lib/containerd',
  '/var/lib/rancher/rke2/agent/containerd',
  '/var/lib/rancher/k3s/agent/containerd',
  '/var/lib/k0s/containerd',
  '/var/snap/microk8s/common/var/lib/containerd',
]
const blobs = 'io.containerd.content.v1.content/blobs/sha256'

/** What the node's containerd has of the image of a pod. */
export interface ImageContent {
  /** Folder of the blobs. */
  readonly store: string
  /** Digest of the manifest whose layers these are, without its algorithm. */
  readonly manifest: string
  /** Digests of the layers, and whether the blob of each is there. */
  readonly layers: readonly { readonly digest: string; readonly there: boolean }[]
}

interface Descriptor {
  readonly digest?: string
  readonly platform?: { readonly architecture?: string; readonly os?: string }
}

/**
 * Layers of a running container's image in the content store of its node. Null where the store does not tell: the image was imported under its own
 * digest, or nothing of it is there (CRI-O, another root). Source: containerd, docs/content-flow.md.
 * @param architecture as Kubernetes names it: amd64
 */
export async function imageContent(
  node: NodeProbe,
  pod: PodHandle,
  architecture: string,
): Promise<ImageContent | null> {
  const { containerStatuses = [] } = (pod.object['status'] ?? {}) as { containerStatuses?: { imageID?: string }[] }
  const digest = /@sha256:([0-9a-f]{64})$/.exec(containerStatuses[0]?.imageID ?? '')?.[1]
  if (digest === undefined) return null
  for (const root of roots) {
    const store = `${root}/${blobs}`
    const text = await node.readFileIfThere(`${store}/${digest}`)
    if (text === null) continue
    const top = JSON.parse(text) as { manifests?: readonly Descriptor[] }
    const manifest = top.manifests ? plain(ofPlatform(top.manifests, architecture)?.digest) : digest
    const whole = manifest === null ? null : await node.readFileIfThere(`${store}/${manifest}`)
    if (manifest === null || whole === null) return null
    const { layers = [] } = JSON.parse(whole) as { layers?: readonly Descriptor[] }
    const digests = layers.flatMap((layer) => plain(layer.digest) ?? [])
    const there = await Promise.all(digests.map((each) => node.fileStatus(`${store}/${each}`)))
    return { store, manifest, layers: digests.map((each, at) => ({ digest: each, there: there[at] !== null })) }
  }
  return null
}

const ofPlatform = (manifests: readonly Descriptor[], architecture: string): Descriptor | undefined =>
  manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture)

const plain = (digest: string | undefined): string | null => /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1] ?? null
