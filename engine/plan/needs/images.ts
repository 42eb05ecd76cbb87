import { listedImages } from '../../../helpers/pods/images.ts'
import type { Need } from '../need.ts'

/** Needs of claims that are about what another image than busybox's brings. Whether it can be pulled, the pods tell: the arm is broken then, with the image's name. */
export const imageNeeds: Readonly<Record<string, Need>> = {
  image: (_, name) =>
    listedImages().some((image) => image.name === name)
      ? null
      : `needs an image ${name}, which images.yaml does not list`,
}
