import { asText, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/** Paths of the guest's kernel, image and initrd on the node. '' is "none": a guest has an image or an initrd. */
export function detectGuestFiles(on: ClassOnNode) {
  const path = (key: string): Fact<string> =>
    fromToml(on, 'hypervisor', key, asText, (where) => known('', `no ${key} in ${where}`))
  return { kernelPath: path('kernel'), imagePath: path('image'), initrdPath: path('initrd') }
}
