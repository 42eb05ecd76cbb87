/** What spoils whatever is measured in blocks: guests' clocks, and pods that are in no VM. */
export const killedBy = {
  'guest-clock-slow': 'clocks of guest and node',
  'runc-behind-kata-handlers': 'this pod is not in a VM',
} as const
