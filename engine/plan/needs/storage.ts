import type { Fact } from '../../../helpers/facts/fact.ts'
import type { Need, NeedContext } from '../need.ts'

const loopDevice = ({ node, options }: NeedContext): string | null => {
  if (!options.allowNodeChanges) return 'makes a loop device on the node; run with --allow-node-changes'
  const fact = node?.loopDevices
  if (fact?.value === true) return null
  return `needs loop devices on the node: ${fact?.value === false ? '' : 'unknown, '}${fact?.how ?? 'no node to ask'}`
}

/** A class of the cluster, or what the suite makes a volume of itself where it may change nodes. */
const storageClass = (context: NeedContext, mode: string): string | null => {
  const { facts, options } = context
  const fact: Fact<string> | undefined = mode === 'block' ? facts.storageClassBlock : facts.storageClassFilesystem
  if (fact?.value) return null
  const why = `needs a StorageClass for volumes of mode ${mode}: ${fact?.how ?? 'unknown'}`
  if (!options.allowNodeChanges)
    return `${why}; name one with --storage-class-${mode}, or let the suite make a volume with --allow-node-changes`
  const own = mode === 'block' ? loopDevice(context) : null
  return own === null ? null : `${why}; and for one of the suite's own it ${own}`
}

/** Needs of claims about volumes. */
export const storageNeeds: Readonly<Record<string, Need>> = {
  'loop-device': loopDevice,
  storageclass: storageClass,
}
