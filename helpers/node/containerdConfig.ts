import { isTable, mergeToml, tomlAt, type TomlTable } from './mergeToml.ts'

/** A runtime handler as containerd is configured to run it. */
export interface ContainerdRuntime {
  readonly handler: string
  /** For instance io.containerd.kata-qemu.v2, io.containerd.runc.v2 */
  readonly type: string
  /** Shim binary; null when containerd derives it from the type. */
  readonly path: string | null
  /** options.ConfigPath: the TOML that Kata's shim reads. */
  readonly configPath: string | null
  readonly snapshotter: string | null
  readonly podAnnotations: readonly string[]
  readonly privilegedWithoutHostDevices: boolean
  /** options.SystemdCgroup: systemd makes the pods' cgroups. */
  readonly systemdCgroup: boolean
}

export interface ContainerdConfig {
  /** The files that were read, in the order of their merging. */
  readonly files: readonly string[]
  /** kata-deploy's drop-in, when it is there and nothing imports it: containerd then knows none of its handlers. */
  readonly notImported: string | null
  readonly defaultRuntime: string | null
  readonly snapshotter: string | null
  readonly runtimes: readonly ContainerdRuntime[]
  /** Names of [proxy_plugins], for instance nydus: snapshotters served by other processes. */
  readonly proxyPlugins: readonly string[]
  /** Snapshotters that are set up: the one of all images, devmapper with a pool, and those of other processes. */
  readonly snapshotters: readonly string[]
}

export interface ConfigFile {
  readonly path: string
  readonly table: TomlTable
}

/** Where the CRI plug-in keeps its settings, by version of the configuration: 3, 2, and before. */
const criPlugins = ['io.containerd.cri.v1.runtime', 'io.containerd.grpc.v1.cri', 'cri']

/**
 * Main configuration files by distribution; the first that exists is the node's. K3s and RKE2 write theirs anew at each start.
 * Source: kata-deploy containerdConfPath by k8sDistribution, binary/src/config.rs; Talos, hack and Dockerfile.
 */
export const containerdConfigPaths = [
  '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
  '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  '/etc/k0s/containerd.toml',
  '/run/k0s/containerd-cri.toml',
  '/var/snap/microk8s/current/args/containerd.toml',
  // Talos runs a containerd of its own beside that of the pods.
  '/etc/cri/containerd.toml',
  '/etc/containerd/config.toml',
]

/** Where kata-deploy writes its handlers. Source: kata-deploy 3.26, binary/src/config.rs. */
export const kataDeployDropIn = '/opt/kata/containerd/config.d/kata-deploy.toml'

/** `imports` of a configuration file: paths that may hold `*`, relative ones to the file's own folder. */
export function importPatterns(table: TomlTable, file: string): string[] {
  const imports = table['imports']
  if (!Array.isArray(imports)) return []
  const folder = file.slice(0, file.lastIndexOf('/'))
  return imports
    .filter((each) => typeof each === 'string')
    .map((each) => (each.startsWith('/') ? each : `${folder}/${each}`))
}

/** True when `name` fits a pattern of path.Match: only `*` and `?` are used by any distribution. */
export function fitsPattern(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  return new RegExp(`^${source}$`).test(name)
}

/**
 * The CRI's view of merged configuration files. Later files win: containerd merges imports after the file that names them,
 * plug-in sections key by key since 2.0. Before 2.0 an imported section replaces the whole, which is why kata-deploy
 * writes its handlers into the main file there. Source: containerd docs/man/containerd-config.toml.5, kata-deploy 3.26.
 */
export function readContainerdConfig(
  files: readonly ConfigFile[],
  notImported: string | null = null,
): ContainerdConfig {
  const merged = files.reduce<TomlTable>((sum, file) => mergeToml(sum, file.table), {})
  const plugins = tomlAt(merged, 'plugins')
  const name = isTable(plugins) ? criPlugins.find((each) => isTable(tomlAt(plugins, each, 'containerd'))) : undefined
  const containerd = name === undefined ? {} : ((tomlAt(merged, 'plugins', name, 'containerd') ?? {}) as TomlTable)
  const runtimes = isTable(containerd['runtimes']) ? containerd['runtimes'] : {}
  const proxies = merged['proxy_plugins']
  const snapshotter =
    text(containerd['snapshotter']) ?? text(tomlAt(merged, 'plugins', 'io.containerd.cri.v1.images', 'snapshotter'))
  return {
    files: files.map((file) => file.path),
    notImported,
    defaultRuntime: text(containerd['default_runtime_name']),
    snapshotter,
    runtimes: Object.entries(runtimes)
      .filter((entry): entry is [string, TomlTable] => isTable(entry[1]))
      .map(([handler, table]) => readRuntime(handler, table)),
    proxyPlugins: isTable(proxies) ? Object.keys(proxies) : [],
    snapshotters: [
      snapshotter ?? 'overlayfs',
      ...(hasPool(tomlAt(merged, 'plugins', 'io.containerd.snapshotter.v1.devmapper')) ? ['devmapper'] : []),
      ...Object.entries(isTable(proxies) ? proxies : {}).flatMap(([name, table]) =>
        isTable(table) && table['type'] === 'snapshot' ? [name] : [],
      ),
    ],
  }
}

/** containerd's devmapper plug-in does not load without a pool (plugins/snapshots/devmapper/config.go). */
const hasPool = (table: unknown): boolean => isTable(table) && text(table['pool_name']) !== null

function readRuntime(handler: string, table: TomlTable): ContainerdRuntime {
  const annotations = table['pod_annotations']
  return {
    handler,
    type: text(table['runtime_type']) ?? '',
    path: text(table['runtime_path']),
    configPath: text(tomlAt(table, 'options', 'ConfigPath')),
    snapshotter: text(table['snapshotter']),
    podAnnotations: Array.isArray(annotations) ? annotations.filter((each) => typeof each === 'string') : [],
    privilegedWithoutHostDevices: table['privileged_without_host_devices'] === true,
    systemdCgroup: tomlAt(table, 'options', 'SystemdCgroup') === true,
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** True when the runtime is a Kata shim: its type says so, whatever the handler is called. */
export const runsKata = (runtime: ContainerdRuntime): boolean =>
  /^io\.containerd\.kata(-[^.]+)?\.v2$/.test(runtime.type) || /\/containerd-shim-kata-v2$/.test(runtime.path ?? '')
