/** Where what a guest measures, and what makes it start fast, can depart from the documented. */
export interface BenchmarksDepartures {
  /** Seconds that pass in a guest for each of the node's. */
  guestClockRate: number
  /** [factory] enable_template of every base configuration. */
  templating: boolean
}

export const healthyBenchmarks: BenchmarksDepartures = { guestClockRate: 1, templating: false }

export const benchmarksFaults: Record<string, Partial<BenchmarksDepartures>> = {
  'guest-clock-slow': { guestClockRate: 0.4 },
  'templating-with-virtiofs': { templating: true },
}
