import type { Need } from '../need.ts'

/** Needs of claims about volumes. */
export const storageNeeds: Readonly<Record<string, Need>> = {
  'loop-device': ({ node, options }) => {
    if (!options.allowNodeChanges) return 'makes a loop device on the node; run with --allow-node-changes'
    const fact = node?.loopDevices
    if (fact?.value === true) return null
    return `needs loop devices on the node: ${fact?.value === false ? '' : 'unknown, '}${fact?.how ?? 'no node to ask'}`
  },
}
