import { readFileSync } from 'node:fs'
import { closest } from 'fastest-levenshtein'
import { load } from 'js-yaml'

/** Turns the image names of checks into references. */
export interface ImageResolver {
  /** @throws ImageError for a name that is neither in fixtures/images.yaml nor a reference */
  resolve(image: string): string
  /** Names and the references that they stand for, for the run record. */
  readonly all: Readonly<Record<string, string>>
}

/** An `--image` that cannot be, or a name without an image: one line for the operator. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

const fixture = new URL('../../fixtures/images.yaml', import.meta.url)

/** Grammar of github.com/distribution/reference, without its length rules. */
const reference =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/

/**
 * The images of fixtures/images.yaml, some of them replaced.
 * @param replacements `NAME=REF`, as `--image` takes them
 * @throws ImageError for a replacement of an unknown name, or a reference that is none
 */
export function loadImages(replacements: readonly string[] = []): ImageResolver {
  const known = load(readFileSync(fixture, 'utf8')) as Record<string, { image: string }>
  const all = Object.fromEntries(Object.entries(known).map(([name, { image }]) => [name, image]))
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
      if (/[/:@]/.test(image) && reference.test(image)) return image
      throw new ImageError(`no image "${image}" in fixtures/images.yaml${suggestion(image, all)}`)
    },
  }
}

const suggestion = (name: string, all: Record<string, string>): string =>
  `: did you mean ${closest(name, Object.keys(all))}? There are ${Object.keys(all).join(', ')}`
