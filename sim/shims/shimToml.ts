import { parse, stringify, type TomlTable } from 'smol-toml'
import type { Departures } from '../faults/departures.ts'
import { hypervisorSection, kataPrefix, type KataHandler } from './kataHandler.ts'
import type { KataRelease } from './kataRelease.ts'

const share = `${kataPrefix}/share/kata-containers`

const hypervisorPaths = {
  qemu: `${kataPrefix}/bin/qemu-system-x86_64`,
  'cloud-hypervisor': `${kataPrefix}/bin/cloud-hypervisor`,
  firecracker: `${kataPrefix}/bin/firecracker`,
  dragonball: '',
} as const

/** The base configuration of a shim as a release ships it: the keys whose effect the model has, with upstream's defaults. */
export function baseConfiguration(
  handler: KataHandler,
  release: KataRelease,
  departures: Pick<Departures, 'hypervisorPaths' | 'teeSharedFs'>,
): TomlTable {
  const rust = handler.language === 'rust'
  const hypervisor: TomlTable = {
    path: departures.hypervisorPaths[handler.hypervisor] ?? hypervisorPaths[handler.hypervisor],
    kernel:
      handler.hypervisor === 'dragonball'
        ? `${share}/vmlinux-dragonball-experimental.container`
        : `${share}/vmlinux.container`,
    image: `${share}/kata-containers.img`,
    rootfs_type: 'ext4',
    enable_annotations: rust ? release.rustAnnotations : release.goAnnotations,
    kernel_params: 'cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1',
    default_vcpus: 1,
    default_maxvcpus: 0,
    default_memory: 2048,
    default_maxmemory: 0,
    disable_block_device_use: rust ? false : release.goDisablesBlock,
    enable_debug: false,
    ...machineKeys(handler),
    ...sharedFilesystemKeys(handler, departures),
    ...(handler.variant === null || handler.variant === 'coco-dev' ? {} : { confidential_guest: true }),
  }
  if (rust && release.rustSizesByOverhead) Object.assign(hypervisor, { overhead_vcpus: 0.2, overhead_memory: 32 })
  return {
    hypervisor: { [hypervisorSection(handler)]: hypervisor },
    agent: { kata: { enable_debug: false, kernel_modules: [], dial_timeout: 45 } },
    runtime: runtimeSection(handler, release),
  }
}

function machineKeys(handler: KataHandler): TomlTable {
  if (handler.hypervisor === 'qemu') {
    return {
      machine_type: 'q35',
      machine_accelerators: '',
      cpu_features: 'pmu=off',
      memory_slots: 10,
      default_bridges: 1,
    }
  }
  return handler.hypervisor === 'firecracker' ? { memory_slots: 0 } : {}
}

function sharedFilesystemKeys(handler: KataHandler, { teeSharedFs }: Pick<Departures, 'teeSharedFs'>): TomlTable {
  if (handler.hypervisor === 'firecracker') return { block_device_driver: 'virtio-mmio', shared_fs: 'none' }
  // DEFSHAREDFS_QEMU_{COCO_DEV,TDX,SNP,SEL} of the runtime's Makefile.
  if (handler.variant !== null && teeSharedFs === 'none')
    return { block_device_driver: 'virtio-scsi', shared_fs: 'none' }
  if (handler.hypervisor === 'dragonball')
    return { block_device_driver: 'virtio-blk-pci', shared_fs: 'inline-virtio-fs' }
  return {
    shared_fs: 'virtio-fs',
    virtio_fs_daemon: `${kataPrefix}/libexec/virtiofsd`,
    virtio_fs_cache: 'auto',
    virtio_fs_cache_size: 0,
    virtio_fs_queue_size: 1024,
    virtio_fs_extra_args: ['--thread-pool-size=1', '--announce-submounts'],
    block_device_driver: handler.hypervisor === 'qemu' ? 'virtio-scsi' : 'virtio-blk',
  }
}

function runtimeSection(handler: KataHandler, release: KataRelease): TomlTable {
  const rust = handler.language === 'rust'
  const firecracker = handler.hypervisor === 'firecracker'
  const rustCgroups = handler.hypervisor !== 'qemu' || release.rustQemuSandboxCgroupOnly
  const shared: TomlTable = {
    enable_debug: false,
    internetworking_model: 'tcfilter',
    disable_guest_seccomp: true,
    sandbox_cgroup_only: rust && rustCgroups,
    // Firecracker cannot plug anything; the Rust shims size at start from 3.32 on (e93558e810).
    static_sandbox_resource_mgmt: firecracker || handler.variant !== null || (rust && release.rustSizesStatically),
    disable_guest_empty_dir: !rust && release.goEmptyDirShared,
    create_container_timeout: rust ? 30 : 60,
  }
  if (!rust) return shared
  const named = { name: 'virt_container', hypervisor_name: hypervisorSection(handler), agent_name: 'kata' }
  return { ...named, ...shared, ...(release.rustEmptyDirShared ? { emptydir_mode: 'shared-fs' } : {}) }
}

/** The text of a base file. */
export function baseToml(configuration: TomlTable, handler: KataHandler): string {
  return `# ${handler.shim}: configuration of the ${handler.language === 'go' ? 'Go' : 'Rust'} shim\n${stringify(configuration)}`
}

/** The text of config.d/50-overrides.toml (customRuntimes.<name>.dropIn of the chart). */
export function dropInToml(handler: KataHandler): string {
  const table: Record<string, TomlTable> = {}
  for (const [key, value] of Object.entries(handler.dropIn ?? {})) {
    const dot = key.lastIndexOf('.')
    const section = dot < 0 ? `hypervisor.${hypervisorSection(handler)}` : key.slice(0, dot)
    const place = (table[section] ??= {})
    place[key.slice(dot + 1)] = value
  }
  return Object.entries(table)
    .map(([section, keys]) => `[${section}]\n${stringify(keys)}\n`)
    .join('\n')
}

/**
 * The effective configuration: the base file with its drop-ins merged in the order of their names, key by key.
 * @throws Error of the TOML parser, with line and column.
 */
export function mergeToml(base: string, dropIns: readonly string[]): TomlTable {
  return dropIns.map((text) => parse(text)).reduce(mergeTables, parse(base))
}

function mergeTables(into: TomlTable, from: TomlTable): TomlTable {
  const merged: TomlTable = { ...into }
  for (const [key, value] of Object.entries(from)) {
    const old = merged[key]
    merged[key] = isTable(old) && isTable(value) ? mergeTables(old, value) : value
  }
  return merged
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
