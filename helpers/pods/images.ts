import { readFileSync } from 'node:fs'
import { closest } from 'fastest-levenshtein'
import { load } from 'js-yaml'

/** Turns the image names of checks into references. */
export interface ImageResolver {
  /** @throws ImageError for a name that is neither in fixtures/images.yaml nor a reference */
  resolve(image: string): string
  /** Names and the references that they stand for, for the run record. */
  readonly all: Readonly<Record<string, string>>
  /** Content of the Secret by which they are pulled; absent where none is needed. */
  readonly pullConfig?: string
}

/** An `--image` that cannot be, or a name without an image: one line for the operator. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

const fixture = new URL('../../fixtures/images.yaml', import.meta.url)

/** Grammar of github.com/distribution/reference, without its length rules. */
const reference =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/

/** An image as fixtures/images.yaml lists it. */
export interface ListedImage {
  readonly name: string
  /** With a tag: as its publisher has it. */
  readonly image: string
  /** `sha256:…` of the index for all architectures; null for an image that is built here. */
  readonly digest: string | null
  /** What it is for, and what may take its place. */
  readonly why: string
}

export function listedImages(): readonly ListedImage[] {
  const known = load(readFileSync(fixture, 'utf8')) as Record<string, Partial<ListedImage>>
  return Object.entries(known).map(([name, { image = '', digest = null, why = '' }]) => ({ name, image, digest, why }))
}

/** The image with the digest that is known of it, which then decides what is pulled. */
export const pinned = ({ image, digest }: Pick<ListedImage, 'image' | 'digest'>): string =>
  digest === null ? image : `${image}@${digest}`

/** The reference without the registry's host: what stands before the first slash is one when it has a dot, a colon, or is localhost. */
const withoutRegistry = (image: string): string => image.replace(/^(?:[^/]*[.:][^/]*|localhost)\//, '')

/** The image as a mirror has it: `registry.example/mirror` and `docker.io/library/busybox:1.36` give `registry.example/mirror/library/busybox:1.36`. */
export const mirrored = (image: string, registry: string): string =>
  `${registry.replace(/\/+$/, '')}/${withoutRegistry(image)}`

/**
 * The images of fixtures/images.yaml, some of them replaced.
 * @param replacements `NAME=REF`, as `--image` takes them
 * @param registry a mirror's prefix, as `--image-registry` takes it: of every image that is not replaced
 * @param pin asks for tag and digest, of every image that is not replaced
 * @throws ImageError for a replacement of an unknown name, a reference that is none, or a prefix that is none
 */
export function loadImages(replacements: readonly string[] = [], registry?: string, pin = false): ImageResolver {
  if (registry !== undefined && !reference.test(mirrored('x:1', registry)))
    throw new ImageError(
      `--image-registry ${registry}: expected a prefix of references, such as registry.example:5000/mirror`,
    )
  const from = (image: string) => (registry === undefined ? image : mirrored(image, registry))
  const all = Object.fromEntries(
    listedImages().map((listed) => [listed.name, from(pin ? pinned(listed) : listed.image)]),
  )
  for (const replacement of replacements) {
    const at = replacement.indexOf('=')
    if (at < 1)
      throw new ImageError(
        `--image ${replacement}: expected NAME=REFERENCE, such as busybox=registry.example/busybox:1.36`,
      )
    const [name, image] = [replacement.slice(0, at), replacement.slice(at + 1)]
    if (!(name in all))
      throw new ImageError(`--image ${replacement}: no check uses an image "${name}"${suggestion(name, all)}`)
    if (!reference.test(image)) throw new ImageError(`--image ${replacement}: "${image}" is not an image reference`)
    all[name] = image
  }
  return {
    all,
    resolve(image) {
      const found = all[image]
      if (found !== undefined) return found
      // A bare word would be a legal reference too, but here it is a slip of the pen.
      if (/[/:@]/.test(image) && reference.test(image)) return from(image)
      throw new ImageError(`no image "${image}" in fixtures/images.yaml${suggestion(image, all)}`)
    },
  }
}

const suggestion = (name: string, all: Record<string, string>): string =>
  `: did you mean ${closest(name, Object.keys(all))}? There are ${Object.keys(all).join(', ')}`
