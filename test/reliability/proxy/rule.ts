import type { RequestKind } from './requestKind.ts'

/**
 * When, in the life of a request, it is disturbed: before the server hears of it, after it was done (the answer is lost), or in the middle of
 * the answer.
 */
export type Moment = 'before' | 'after' | 'middle'

/** What the proxy does to a request. */
export type Act =
  | { readonly type: 'reset'; readonly when: Moment }
  | {
      readonly type: 'answer'
      readonly code: number
      readonly retryAfter: number | null
      readonly when: 'before' | 'after'
    }
  | { readonly type: 'delay'; readonly ms: number }
  /** Ends open watches, and those that are opened meanwhile after a moment: in order, by a reset, or in the middle of an event. */
  | { readonly type: 'cut-watch'; readonly how: 'end' | 'reset' | 'middle' }
  /** The history is gone (410): said in an open watch, or as the answer to a new one. */
  | { readonly type: 'expire-watch'; readonly how: 'event' | 'answer' }
  /** Nothing passes in open watches until it is over: a half-open connection. */
  | { readonly type: 'stall-watch' }
  /** The connection of an exec ends when it was opened, at its first output, or when the status would come. */
  | { readonly type: 'cut-exec'; readonly when: 'open' | 'output' | 'status' }

export interface Rule {
  readonly kinds: readonly RequestKind[]
  /** Of the requests that match, in (0, 1]. */
  readonly share: number
  readonly act: Act
}
