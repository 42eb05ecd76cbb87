/** Departures of confidential guests: they show where their classes can run (scenario confidential). */
export interface TeeDepartures {
  /** shared_fs of the shims for confidential guests. */
  teeSharedFs: 'none' | 'virtio-fs'
  /** What becomes of a host's files in a guest that shares none: copied once, kept up to date, or left out. */
  teeCopies: 'at-start' | 'follow-the-host' | 'empty'
  /** What a guest wrote into its copies, when its sandbox ends. */
  teeWrites: 'lost' | 'written-back'
  /** ConfigMaps and Secrets of confidential guests: read for each pod, or taken as the first pod of the node had them. */
  teeConfiguration: 'of-the-pod' | 'of-the-first-pod'
  /** A class for a TEE on a node without it. */
  teeWithoutHardware: 'refused' | 'unprotected'
  /** Whether a guest on the right hardware is made a confidential one. */
  teeGuests: 'protected' | 'ordinary'
  /** Whether coco-dev starts where there is no TEE. */
  cocoDevWithoutHardware: 'starts' | 'refused'
  /** Who fetches the layers of an image that is unpacked by nydus. */
  nydusLayers: 'guest' | 'node'
}

export const healthyTee: TeeDepartures = {
  teeSharedFs: 'none',
  teeCopies: 'at-start',
  teeWrites: 'lost',
  teeConfiguration: 'of-the-pod',
  teeWithoutHardware: 'refused',
  teeGuests: 'protected',
  cocoDevWithoutHardware: 'starts',
  nydusLayers: 'guest',
}

/** What each fault of tee.yaml changes in the model, and nothing else. */
export const teeFaults: Record<string, Partial<TeeDepartures>> = {
  'confidential-guests-share-files': { teeSharedFs: 'virtio-fs' },
  'confidential-copies-follow-the-host': { teeCopies: 'follow-the-host' },
  'confidential-copies-empty': { teeCopies: 'empty' },
  'confidential-writes-reach-the-host': { teeWrites: 'written-back' },
  'confidential-configuration-kept': { teeConfiguration: 'of-the-first-pod' },
  'tee-class-starts-without-hardware': { teeWithoutHardware: 'unprotected' },
  'tee-guest-is-an-ordinary-one': { teeGuests: 'ordinary' },
  'coco-dev-wants-hardware': { cocoDevWithoutHardware: 'refused' },
  'node-fetches-layers-for-nydus': { nydusLayers: 'node' },
}
