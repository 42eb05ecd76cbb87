import { majorMinor } from '../../facts/kataVersion.ts'

/** What the kata-deploy chart of a release ships: values.yaml and templates/runtimeclasses.yaml of the tags 3.25.0 to 4.1.0. */
export interface ChartRelease {
  /** Names under `shims`: a RuntimeClass kata-<shim> each, where it is enabled. */
  readonly shims: readonly string[]
  /** `defaultShim` by architecture as Kubernetes names it: what RuntimeClass kata leads to, where the chart is told to make one. */
  readonly defaultShim: Readonly<Record<string, string>>
  /** overhead.podFixed of a shim's RuntimeClass, unless values say otherwise. Null for one that the chart does not have, or whose figure is not written down here. */
  overhead(shim: string): { readonly memory: string; readonly cpu: string } | null
  /** The DaemonSet's pods have the host's PID namespace, all privileges and the host's root; from 4.1 kata-deploy talks to systemd by D-Bus instead. */
  readonly privileged: boolean
  /** `debug: true` makes classes of their own (kata-<shim>-debug) and leaves the others as they are. */
  readonly debugClasses: boolean
  /** `deploymentMode: job`: one Job a node in place of the DaemonSet. */
  readonly jobMode: boolean
}

/** First and last release (both included) that have a shim, where it is not all of them. */
const shimReleases: Readonly<Record<string, readonly [since?: string | null, until?: string]>> = {
  clh: [],
  'cloud-hypervisor': [null, '3.29'],
  'clh-runtime-rs': ['3.30'],
  'clh-azure': ['3.32'],
  'clh-azure-runtime-rs': ['3.32'],
  dragonball: [],
  fc: [],
  qemu: [],
  'qemu-runtime-rs': [],
  'qemu-nvidia-cpu': ['4.0'],
  'qemu-nvidia-cpu-runtime-rs': ['4.0'],
  'qemu-nvidia-gpu': [],
  'qemu-nvidia-gpu-runtime-rs': ['3.31'],
  'qemu-nvidia-gpu-snp': [],
  'qemu-nvidia-gpu-snp-runtime-rs': ['3.31'],
  'qemu-nvidia-gpu-tdx': [],
  'qemu-nvidia-gpu-tdx-runtime-rs': ['3.31'],
  'qemu-snp': [],
  'qemu-snp-runtime-rs': ['3.26'],
  'qemu-tdx': [],
  'qemu-tdx-runtime-rs': ['3.26'],
  'qemu-se': [],
  'qemu-se-runtime-rs': [],
  'qemu-cca': [null, '3.28'],
  'qemu-coco-dev': [],
  'qemu-coco-dev-runtime-rs': [],
  remote: [],
  'openvmm-azure-runtime-rs': ['4.1'],
}

/** The newest release whose chart is written down here. */
const newest = '4.1'
const oldest = '3.25'

/** The chart of a release; null for one that is not written down here (older than 3.25, newer than 4.1) and for an unknown one. */
export function chartRelease(version: string | null): ChartRelease | null {
  const at = order(version)
  if (at === null || at < order(oldest)! || at > order(newest)!) return null
  const from = (release: string) => at >= order(release)!
  const has = ([since, until]: readonly [since?: string | null, until?: string]) =>
    at >= order(since ?? oldest)! && at <= order(until ?? newest)!
  const shims = Object.entries(shimReleases)
    .filter(([, releases]) => has(releases))
    .map(([name]) => name)
  const usual = from('4.0') ? 'qemu-runtime-rs' : 'qemu'
  return {
    shims,
    defaultShim: { amd64: usual, arm64: usual, s390x: usual, ppc64le: from('4.1') ? 'qemu-runtime-rs' : 'qemu' },
    overhead: (shim) => (shims.includes(shim) ? overheadOf(shim, from) : null),
    privileged: !from('4.1'),
    debugClasses: from('4.1'),
    jobMode: from('3.32'),
  }
}

function overheadOf(shim: string, from: (release: string) => boolean): { memory: string; cpu: string } | null {
  if (/^(clh|cloud-hypervisor|dragonball|fc|openvmm)/.test(shim)) return { memory: '130Mi', cpu: '250m' }
  if (shim === 'remote') return { memory: '120Mi', cpu: '250m' }
  if (/nvidia-gpu/.test(shim)) {
    if (from('3.28')) return { memory: '10240Mi', cpu: '1.0' }
    return shim === 'qemu-nvidia-gpu' ? { memory: '4096Mi', cpu: '1.0' } : null
  }
  if (/(snp|tdx|cca)/.test(shim)) return { memory: '2048Mi', cpu: '1.0' }
  if (/qemu-se/.test(shim)) return { memory: '1024Mi', cpu: '1.0' }
  // The Go CoCo class for development is the one QEMU class that kept the smaller figure.
  return { memory: from('4.0') && shim !== 'qemu-coco-dev' ? '320Mi' : '160Mi', cpu: '250m' }
}

/** A number that orders releases: 3026 for 3.26. Null for what is no release. */
function order(version: string | null): number | null {
  const parts = majorMinor(version)
  return parts === null ? null : parts[0] * 1000 + parts[1]
}
