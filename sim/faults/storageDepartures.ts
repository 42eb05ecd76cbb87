/** Where volumes and disks of the model can depart from the documented behaviour. */
export interface StorageDepartures {
  /** What a hostPath of a directory shows. */
  hostDirectories: 'shared' | 'copied' | 'of-guest'
  /** What a hostPath of /dev shows. */
  hostDevShows: 'guest' | 'node'
  /** What a hostPath of /sys shows, whatever one of /proc does. */
  hostSysShows: 'guest' | 'node'
  /** Where what a Kata container writes to its root file system is kept. */
  containerLayer: 'node' | 'guest'
  /** What disable_block_device_use means for a hostPath of a block device. */
  hostDiskPlugged: 'as-configured' | 'always' | 'never'
  /** A hostPath of a device that the guest lacks. */
  missingHostDevice: 'refused' | 'empty-file'
  /** subPath of a ConfigMap, Secret, projected or downward API volume. */
  subPathFiles: 'files' | 'directories'
  /** A container that mounts a subPath of an emptyDir; `empty-files`: what others wrote there is shown, without its content. */
  emptyDirSubPath: 'mounted' | 'refused' | 'empty-files'
}

export const healthyStorage: StorageDepartures = {
  hostDirectories: 'shared',
  hostDevShows: 'guest',
  hostSysShows: 'guest',
  containerLayer: 'node',
  hostDiskPlugged: 'as-configured',
  missingHostDevice: 'refused',
  subPathFiles: 'files',
  emptyDirSubPath: 'mounted',
}

export const storageFaults: Record<string, Partial<StorageDepartures>> = {
  'host-path-shows-the-guest': { hostDirectories: 'of-guest' },
  'host-path-copied-at-start': { hostDirectories: 'copied' },
  'host-devices-exposed': { hostDevShows: 'node' },
  'host-sys-exposed': { hostSysShows: 'node' },
  'container-writes-stay-in-the-guest': { containerLayer: 'guest' },
  'host-disk-plugged-all-the-same': { hostDiskPlugged: 'always' },
  'block-device-use-ignored': { hostDiskPlugged: 'never' },
  'host-disk-path-made-up': { missingHostDevice: 'empty-file' },
  'subpath-files-are-directories': { subPathFiles: 'directories' },
  'emptydir-subpath-file-empty': { emptyDirSubPath: 'empty-files' },
  'emptydir-subpath-refused': { emptyDirSubPath: 'refused' },
}
