import type { TomlTable } from 'smol-toml'

/** What a shim reads of its effective configuration. Memory in MiB. */
export interface ShimConfig {
  hypervisorPath: string
  kernel: string
  image: string
  kernelParams: string
  enableAnnotations: string[]
  defaultVcpus: number
  /** 0: the node's CPUs. */
  maxVcpus: number
  defaultMemoryMiB: number
  /** 0: the node's memory. */
  maxMemoryMiB: number
  memorySlots: number
  /** Only where the file says so (Rust shims from 4.0). */
  overhead: { vcpus: number; memoryMiB: number } | null
  disableBlockDeviceUse: boolean
  blockDeviceDriver: string
  sharedFs: string
  virtiofsDaemon: string | null
  virtiofsCache: string
  virtiofsArguments: string[]
  /** MiB of the DAX window; 0: none. */
  virtiofsCacheMiB: number
  staticSizing: boolean
  sandboxCgroupOnly: boolean
  guestEmptyDir: boolean
}

/** @param toml the effective configuration; a key that it lacks has the value that the shims' code gives it. */
export function shimConfig(toml: TomlTable): ShimConfig {
  const hypervisors = Object.values((toml.hypervisor ?? {}) as Record<string, TomlTable>)
  const hypervisor: TomlTable = hypervisors[0] ?? {}
  const runtime = (toml.runtime ?? {}) as TomlTable
  const overhead = 'overhead_vcpus' in hypervisor || 'overhead_memory' in hypervisor
  return {
    hypervisorPath: text(hypervisor.path, ''),
    kernel: text(hypervisor.kernel, ''),
    image: text(hypervisor.image, ''),
    kernelParams: text(hypervisor.kernel_params, ''),
    enableAnnotations: texts(hypervisor.enable_annotations),
    defaultVcpus: number(hypervisor.default_vcpus, 1),
    maxVcpus: number(hypervisor.default_maxvcpus, 0),
    defaultMemoryMiB: number(hypervisor.default_memory, 2048),
    maxMemoryMiB: number(hypervisor.default_maxmemory, 0),
    memorySlots: number(hypervisor.memory_slots, 10),
    overhead: overhead
      ? { vcpus: number(hypervisor.overhead_vcpus, 0), memoryMiB: number(hypervisor.overhead_memory, 0) }
      : null,
    disableBlockDeviceUse: hypervisor.disable_block_device_use === true,
    blockDeviceDriver: text(hypervisor.block_device_driver, 'virtio-scsi'),
    sharedFs: text(hypervisor.shared_fs, 'virtio-fs'),
    virtiofsDaemon: hypervisor.virtio_fs_daemon === undefined ? null : text(hypervisor.virtio_fs_daemon, ''),
    virtiofsCache: text(hypervisor.virtio_fs_cache, 'auto'),
    virtiofsCacheMiB: number(hypervisor.virtio_fs_cache_size, 0),
    virtiofsArguments: texts(hypervisor.virtio_fs_extra_args),
    staticSizing: runtime.static_sandbox_resource_mgmt === true,
    sandboxCgroupOnly: runtime.sandbox_cgroup_only === true,
    // Without a shared file system there is nothing of the node to share.
    guestEmptyDir:
      hypervisor.shared_fs === 'none' ||
      (runtime.disable_guest_empty_dir !== true && runtime.emptydir_mode !== 'shared-fs'),
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : otherwise
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
