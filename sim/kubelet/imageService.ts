import { createHash } from 'node:crypto'
import { CriError } from './containerRuntime.ts'
import type { Clock } from '../clock.ts'
import { imageBlobs } from '../imageBlobs.ts'

/** CRI ImageService of a node: what is there, and what a registry would give. */
export interface ImageService {
  /** null when the node does not have it. */
  status(image: string): { id: string; name: string; sizeBytes: number } | null
  /** Throws CriError worded as containerd's. */
  pull(image: string): Promise<void>
  list(): { names: string[]; sizeBytes: number }[]
}

/** Images that every simulated node holds, by repository: MiB. */
const PRESENT: Record<string, number> = {
  'docker.io/library/busybox': 2.1,
  'docker.io/library/nginx': 15,
  'docker.io/networkstatic/iperf3': 12,
  'quay.io/cilium/cilium': 250,
  'docker.io/falcosecurity/falco': 50,
  'docker.io/library/alpine': 3.5,
  'docker.io/library/debian': 80,
  'docker.io/library/ubuntu': 29,
  'docker.io/library/python': 50,
  'registry.k8s.io/pause': 0.3,
  'quay.io/kata-containers/kata-deploy': 900,
}

/** Of those repositories: tags that no node holds before somebody asks for them. */
const IN_REGISTRIES_ONLY = ['docker.io/library/busybox:1.36.1-musl']

/** A reference as containerd completes it: docker.io/library/busybox:1.36. */
export function normalizedImage(image: string): string {
  const first = image.split('/')[0]!
  const hasHost = image.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  const full = hasHost ? image : image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`
  return /[:@][^/]*$/.test(full.slice(full.lastIndexOf('/'))) ? full : `${full}:latest`
}

export interface ImageServiceOptions {
  clock: Clock
  /** Repositories beside the built-in ones that the node holds: docker.io/org/name. */
  present?: string[]
  /** Images that no registry of the node has, whatever else is known of them. */
  lacks?: (image: string) => boolean
  /** ms that a pull of an image takes which a registry has. */
  pullMs?: number
}

export function createImageService(options: ImageServiceOptions): ImageService {
  const present = new Map(Object.entries(PRESENT).map(([name, mib]) => [name, Math.round(mib * 1024 * 1024)]))
  for (const name of options.present ?? []) present.set(name, 32 * 1024 * 1024)
  const seen = new Map<string, number>()
  const pulled = new Set<string>()
  const repository = (full: string) => full.replace(/[:@][^/]*$/, '')
  return {
    status(image) {
      const name = normalizedImage(image)
      const sizeBytes = present.get(repository(name))
      const remote = IN_REGISTRIES_ONLY.includes(name)
      if (sizeBytes === undefined || options.lacks?.(name) || (remote && !pulled.has(name))) return null
      seen.set(name, sizeBytes)
      // An image that came from a registry is named by what its tag stood for there; one that was imported by its configuration.
      if (remote) return { id: `${repository(name)}@${imageBlobs(name).digest}`, name, sizeBytes }
      return { id: `sha256:${createHash('sha256').update(name).digest('hex')}`, name, sizeBytes }
    },
    async pull(image) {
      const full = normalizedImage(image)
      await options.clock.sleep(options.pullMs ?? 2000)
      if (present.has(repository(full)) && !options.lacks?.(full)) return void pulled.add(full)
      throw new CriError('Unknown', pullFailure(image, full))
    },
    list: () => [...seen].map(([name, sizeBytes]) => ({ names: [name], sizeBytes })),
  }
}

/** Wording of containerd 1.7: an unresolvable host, or a repository that Docker Hub does not show to the anonymous. */
function pullFailure(image: string, full: string): string {
  const [host, ...rest] = full.split('/')
  const at = rest.join('/').split(':')
  const manifest = `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/${at[0]}/manifests/${at[1] ?? 'latest'}`
  const what = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`
  if (/\.(invalid|test|local|example)(:\d+)?$/.test(host!))
    return `${what}: failed to do request: Head "${manifest}": dial tcp: lookup ${host!.replace(/:\d+$/, '')}: no such host`
  if (host === 'docker.io')
    return `${what}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  return `${what}: ${image.includes('@') ? image : full}: not found`
}
