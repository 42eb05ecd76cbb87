import { type ImageResolver, loadImages } from '../helpers/pods/images.ts'
import { readPullConfig } from '../helpers/pods/pullSecret.ts'

interface ImageFlags {
  readonly image: readonly string[]
  readonly imageRegistry?: string
  readonly pinImages?: boolean
  readonly imagePullConfig?: string
}

/** The images that the flags name, and how they are pulled. Throws ImageError. */
export const imagesOf = ({ image, imageRegistry, pinImages, imagePullConfig }: ImageFlags): ImageResolver => ({
  ...loadImages(image, imageRegistry, pinImages),
  ...(imagePullConfig === undefined ? {} : { pullConfig: readPullConfig(imagePullConfig) }),
})
