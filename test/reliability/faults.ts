import { calls } from './proxy/requestKind.ts'
import type { Rule } from './proxy/rule.ts'
import type { Random } from './random.ts'

/** What happens to a run, once, at its moment. Times in ms. */
export type Strike =
  | { readonly on: 'proxy'; readonly rule: Rule; readonly durationMs: number }
  /** Killed, and started again after that time. */
  | { readonly on: 'apiServer'; readonly durationMs: number }
  /** Its kubelet falls silent, and comes back after that time. Killed, it lets connections go; frozen, it keeps them and says nothing. */
  | { readonly on: 'node'; readonly how: 'killed' | 'frozen'; readonly durationMs: number }
  /** Pods of the run are deleted, one after the other; a grace period of null is the pod's own. */
  | {
      readonly on: 'pod'
      readonly graceSeconds: 0 | null
      readonly which: number
      readonly times: number
      readonly everyMs: number
    }
  /** All but that much of the results' file system is taken, and given back after that time (null: never). */
  | { readonly on: 'disk'; readonly leftBytes: number; readonly durationMs: number | null }
  /** SIGKILL to the suite, then `clean` for that run, or for all. */
  | { readonly on: 'suite'; readonly cleanAll: boolean }

export interface Fault {
  readonly name: string
  readonly what: string
  draw(random: Random): Strike
}

const moments = ['before', 'after', 'middle'] as const
const share = (random: Random): number => random.between(2, 10) / 10

/** The ways in which a cluster, a network and a machine fail under a run. */
export const faults: readonly Fault[] = [
  {
    name: 'connection-reset',
    what: 'connections reset: before the request, with its answer lost, in the middle of the answer',
    draw: (random) => ({
      on: 'proxy',
      rule: { kinds: calls, share: share(random), act: { type: 'reset', when: random.pick(moments) } },
      durationMs: random.between(300, 4000),
    }),
  },
  {
    name: 'watch-cut',
    what: 'watches ended, reset, or cut in the middle of an event',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: ['watch'],
        share: 1,
        act: { type: 'cut-watch', how: random.pick(['end', 'reset', 'middle'] as const) },
      },
      durationMs: random.between(500, 5000),
    }),
  },
  {
    name: 'watch-expired',
    what: '410 in open watches or to new ones',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: ['watch'],
        share: 1,
        act: { type: 'expire-watch', how: random.pick(['event', 'answer'] as const) },
      },
      durationMs: random.between(300, 3000),
    }),
  },
  {
    name: 'watch-stalled',
    what: 'nothing comes through open watches (half-open connections)',
    draw: (random) => ({
      on: 'proxy',
      rule: { kinds: ['watch'], share: 1, act: { type: 'stall-watch' } },
      durationMs: random.between(1000, 8000),
    }),
  },
  {
    name: 'too-many-requests',
    what: '429 with Retry-After',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: [...calls, 'watch', 'exec'],
        share: share(random),
        act: { type: 'answer', code: 429, retryAfter: random.pick([null, 1, 2]), when: 'before' },
      },
      durationMs: random.between(300, 3000),
    }),
  },
  {
    name: 'server-error',
    what: '500 and 503, before the request was done or instead of its answer',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: [...calls, 'watch', 'exec'],
        share: share(random),
        act: {
          type: 'answer',
          code: random.pick([500, 503]),
          retryAfter: null,
          when: random.pick(['before', 'after'] as const),
        },
      },
      durationMs: random.between(300, 4000),
    }),
  },
  {
    name: 'slow-answers',
    what: 'answers that come seconds late',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: [...calls, 'watch', 'exec'],
        share: share(random),
        act: { type: 'delay', ms: random.between(500, 6000) },
      },
      durationMs: random.between(500, 4000),
    }),
  },
  {
    name: 'exec-cut',
    what: 'exec streams cut when opened, in the middle of the output, before the status',
    draw: (random) => ({
      on: 'proxy',
      rule: {
        kinds: ['exec'],
        share: random.between(3, 10) / 10,
        act: { type: 'cut-exec', when: random.pick(['open', 'output', 'status'] as const) },
      },
      durationMs: random.between(500, 5000),
    }),
  },
  {
    name: 'api-server-restarted',
    what: 'API server killed and started again',
    draw: (random) => ({ on: 'apiServer', durationMs: random.between(300, 12_000) }),
  },
  {
    name: 'pod-deleted',
    what: 'pods of the run deleted by somebody else',
    draw: (random) => ({
      on: 'pod',
      graceSeconds: random.pick([0, null]),
      which: random.between(0, 999),
      times: random.between(1, 8),
      everyMs: random.between(50, 500),
    }),
  },
  {
    name: 'node-lost',
    what: 'a node falls silent (its kubelet is killed, or frozen) and comes back',
    draw: (random) => ({
      on: 'node',
      durationMs: random.between(2000, 15_000),
      how: random.pick(['killed', 'frozen'] as const),
    }),
  },
  {
    name: 'disk-full',
    what: 'no room in the results’ file system',
    draw: (random) => ({
      on: 'disk',
      leftBytes: random.pick([0, 4096, 65_536]),
      durationMs: random.pick([null, random.between(200, 3000)]),
    }),
  },
  {
    name: 'suite-killed',
    what: 'SIGKILL to the suite, then `clean`',
    draw: (random) => ({ on: 'suite', cleanAll: random.next() < 0.5 }),
  },
]
