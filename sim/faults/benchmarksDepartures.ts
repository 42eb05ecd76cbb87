/** Where what a guest measures, and what makes it start fast, can depart from the documented. */
export interface BenchmarksDepartures {
  /** Seconds that pass in a guest for each of the node's. */
  guestClockRate: number
  /** The same of Dragonball's guests alone. */
  dragonballClockRate: number
  /** [factory] enable_template of every base configuration. */
  templating: boolean
  /** Times that the start of a sandbox with Cloud Hypervisor takes longer. */
  cloudHypervisorStartFactor: number
  /** Times that reading files through virtio-fs takes longer, cached or not. */
  virtiofsReadFactor: number
  /** never: each read of a guest asks the host, whatever it has read before. */
  virtiofsCache: 'auto' | 'never'
}

export const healthyBenchmarks: BenchmarksDepartures = {
  guestClockRate: 1,
  dragonballClockRate: 1,
  templating: false,
  cloudHypervisorStartFactor: 1,
  virtiofsReadFactor: 1,
  virtiofsCache: 'auto',
}

export const benchmarksFaults: Record<string, Partial<BenchmarksDepartures>> = {
  'guest-clock-slow': { guestClockRate: 0.4 },
  'dragonball-clock-slow': { dragonballClockRate: 0.4 },
  'templating-with-virtiofs': { templating: true },
  'cloud-hypervisor-boots-slowly': { cloudHypervisorStartFactor: 12 },
  'virtiofs-reads-slow': { virtiofsReadFactor: 40 },
  'virtiofs-cache-never': { virtiofsCache: 'never' },
}
