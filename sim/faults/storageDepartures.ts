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
  /** How a claim of mode Filesystem reaches the guest. */
  claimedFiles: 'shared' | 'as-disk'
  /** What is written to volumes of claims. */
  claimedWrites: 'kept' | 'lost'
  /** Mode Block in a class without block devices of its own. */
  stockClassPlugs: boolean
  scsiDriver: 'as-configured' | 'virtio-blk'
  /** The guest has a disk of the node's beside its volume. */
  nodeDiskInGuest: boolean
  diskWrites: 'work' | 'fail'
  /** Times that flushed writes to a plugged disk take. */
  diskWriteFactor: number
  /** ms that each flush of a plugged disk takes besides. */
  diskFlushMs: number
  /** Times that flushed writes to virtiofs take. */
  virtiofsWriteFactor: number
  /** ConfigMaps and Secrets of running Kata pods. */
  configUpdates: 'arrive' | 'never'
  /** Files of the host are mapped into the guest's memory. */
  virtiofsDax: boolean
  /** The kubelet's limits of emptyDirs. */
  emptyDirLimits: 'watched' | 'ignored'
  /** disable_block_device_use by custom runtime, whatever its drop-in says. */
  blockUseDisabled: Readonly<Record<string, boolean>>
  /** volumeDevices of a hostPath volume: what becomes of them before the API server validates the pod. */
  hostPathDevices: 'refused' | 'mounted'
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
  claimedFiles: 'shared',
  claimedWrites: 'kept',
  stockClassPlugs: true,
  scsiDriver: 'as-configured',
  nodeDiskInGuest: false,
  diskWrites: 'work',
  diskWriteFactor: 1,
  diskFlushMs: 0,
  virtiofsWriteFactor: 1,
  configUpdates: 'arrive',
  virtiofsDax: false,
  emptyDirLimits: 'watched',
  blockUseDisabled: {},
  hostPathDevices: 'refused',
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
  'claimed-files-plugged-as-a-disk': { claimedFiles: 'as-disk' },
  'claimed-volumes-lose-data': { claimedWrites: 'lost' },
  'stock-class-refuses-block-claims': { stockClassPlugs: false },
  'block-driver-ignored': { scsiDriver: 'virtio-blk' },
  'node-disk-beside-the-volume': { nodeDiskInGuest: true },
  'block-volume-read-only': { diskWrites: 'fail' },
  'block-volume-writes-slow': { diskWriteFactor: 12 },
  'block-volume-latency-high': { diskFlushMs: 400 },
  'virtiofs-writes-slow': { virtiofsWriteFactor: 12 },
  'config-updates-never-arrive': { configUpdates: 'never' },
  'virtiofs-dax-on': { virtiofsDax: true },
  'emptydir-limits-ignored': { emptyDirLimits: 'ignored' },
  'block-minimal-disables-block-devices': { blockUseDisabled: { 'kata-qemu-block-minimal': true } },
  'minimal-class-uses-block-devices': { blockUseDisabled: { 'kata-qemu-minimal': false } },
  'hostpath-devices-mounted-at-admission': { hostPathDevices: 'mounted' },
  'emptydir-subpath-refused': { emptyDirSubPath: 'refused' },
}
