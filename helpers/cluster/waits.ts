import type { Cluster, KubeObject, ObjectRef, WaitOptions } from './cluster.ts'
import { unlessAborted, withDeadline } from './deadline.ts'
import type { EventIndex } from './eventIndex.ts'
import { keyOf, type Watch } from './watch.ts'
import type { Troubles } from './troubles.ts'
import type { WatchCache } from './watchCache.ts'
import { WaitError, type WaitEnd } from './waitError.ts'

type Target = ObjectRef & { uid?: string | undefined }

/** The last word of the API server before a wait is given up may take so long, ms. */
const lastReadMs = 5000
/** A watch tells of an object that is gone within this time, with what it came to last, ms. */
const goneToldWithinMs = 5000
/** An object that was just created and is still not in the watch after this time is asked for once, ms. */
const noShowMs = 2000

/**
 * `waitFor` and `waitForDeleted`, fed by the shared watches. Nothing here asks twice for the same thing.
 * @param find by a list: who may wait may list and watch, and need not be allowed to get
 */
export function createWaits(
  cache: WatchCache,
  { find, list }: Pick<Cluster, 'find' | 'list'>,
  troubles: Troubles,
): Pick<Cluster, 'waitFor' | 'waitForDeleted' | 'eventsOf'> {
  /** The server is asked: a watch may be behind, and who asks for events takes what is missing for a fact. */
  async function eventsOf(
    namespace: string,
    subject: { uid?: string | undefined; name: string },
  ): Promise<readonly KubeObject[]> {
    const fieldSelector = `involvedObject.name=${subject.name}`
    const [index, now] = await Promise.all([
      cache.events(namespace),
      list({ apiVersion: 'v1', kind: 'Event', namespace, fieldSelector }),
    ])
    await index.ready
    return index.of({ name: subject.name, ...(subject.uid ? { uid: subject.uid } : {}) }, now)
  }

  /** The watch of the object's kind, and the events of its namespace when they may be read. */
  async function sources(target: Target): Promise<{ watch: Watch; index: EventIndex | null }> {
    const [watch, index] = await Promise.all([
      cache.of(target),
      target.namespace ? cache.events(target.namespace).catch(() => null) : null,
    ])
    return { watch, index }
  }

  /** Follows one object until `judge` settles the wait. */
  async function follow<Result>(
    target: Target,
    options: WaitOptions & { askAtOnce?: boolean },
    judge: (seen: Seen, events: readonly KubeObject[]) => Verdict<Result>,
  ): Promise<Result> {
    const began = performance.now()
    const { what, timeoutMs } = options
    const late = (): WaitError => {
      const waitedMs = performance.now() - began
      const trouble = 'the API server did not say where this kind lives'
      return new WaitError({
        what,
        subject: nameOf(target),
        end: 'deadline',
        object: null,
        events: [],
        waitedMs,
        trouble,
      })
    }
    const { watch, index } = await withDeadline({ signal: options.signal, timeoutMs, late }, (signal) =>
      unlessAborted(sources(target), signal),
    )
    return new Promise<Result>((resolve, reject) => {
      const stops: (() => void)[] = []
      let last: KubeObject | null = null
      let isThere = false
      let settled = false

      const settle = (act: () => void): void => {
        if (settled) return
        settled = true
        for (const stop of stops) stop()
        act()
      }
      const events = (): readonly KubeObject[] => index?.of({ name: target.name, ...uidOf(target, last) }) ?? []
      const fail = (end: WaitEnd, because: string | null, unanswered: string | null = null): void => {
        const waitedMs = performance.now() - began
        const behind = watch.trouble === null ? null : `the watch was not current: ${watch.trouble}`
        const trouble = behind ?? unanswered ?? troubles.since(began)
        const of = {
          what: options.what,
          subject: nameOf(target),
          end,
          because,
          object: last,
          events: events(),
          waitedMs,
          trouble,
        }
        settle(() => reject(new WaitError(of)))
      }
      const own = (object: KubeObject | null | undefined): KubeObject | null =>
        object && (!target.uid || object.metadata.uid === target.uid) ? object : null
      const weigh = (object: KubeObject | null, gone: boolean, asked: boolean): void => {
        if (settled) return
        const mine = own(object)
        if (mine) [last, isThere] = [mine, !gone]
        try {
          const verdict = judge({ object: mine, gone: gone && mine !== null, asked }, events())
          if (verdict.done) settle(() => resolve(verdict.result))
          else if (verdict.fail) fail(verdict.fail, verdict.because ?? null)
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      /** An event may tell what the object itself does not. */
      const reweigh = (): void => void (isThere && weigh(last, false, false))
      const answered = (object: KubeObject | null): void => {
        if (settled) return
        if (own(object) || !own(watch.objects.get(keyOf(target)))) return weigh(object, false, true)
        const untold = setTimeout(() => weigh(object, false, true), goneToldWithinMs)
        stops.push(() => clearTimeout(untold))
      }
      const ask = (timeoutMs: number): Promise<void> => find(target, { timeoutMs }).then(answered, () => undefined)

      stops.push(
        watch.subscribe({
          changed: (object, gone) => keyOf(object.metadata) === keyOf(target) && weigh(object, gone, false),
          ended: (error) => settle(() => reject(error)),
        }),
      )
      if (index) stops.push(index.subscribe({ name: target.name }, reweigh))
      const deadline = setTimeout(
        () => {
          // The watch may be late: the API server has the last word.
          find(target, { timeoutMs: lastReadMs }).then(
            (object) => {
              weigh(object, false, true)
              fail('deadline', null)
            },
            (error: Error) => fail('deadline', null, `it could not be read at the end: ${error.message}`),
          )
        },
        timeoutMs - (performance.now() - began),
      )
      const noShow = setTimeout(() => void (last === null && watch.trouble === null && ask(lastReadMs)), noShowMs)
      stops.push(
        () => clearTimeout(deadline),
        () => clearTimeout(noShow),
      )
      const abort = (): void => settle(() => reject(options.signal?.reason as Error))
      options.signal?.addEventListener('abort', abort, { once: true })
      stops.push(() => options.signal?.removeEventListener('abort', abort))

      const begin = (): void => {
        if (options.fresh) return void ask(timeoutMs)
        weigh(watch.objects.get(keyOf(target)) ?? null, false, false)
        // Not in the watch may mean not yet in the watch: only the API server knows.
        if (last === null && options.askAtOnce) void ask(timeoutMs)
      }
      watch.ready.then(begin, (error: Error) => settle(() => reject(error)))
      index?.ready.then(reweigh, () => undefined)
    })
  }

  return {
    eventsOf: ({ namespace, ...subject }) => eventsOf(namespace, subject),

    waitFor: (target: Target, until, options) =>
      follow<KubeObject>(target, options, ({ object, gone, asked }, events) => {
        // What it came to last may be told with its deletion alone. Without a UID a successor of the same name may still come.
        if (object && (target.uid || !gone) && until(object)) return { done: true, result: object }
        if (target.uid && (gone || (asked && !object))) return { done: false, fail: 'deleted' }
        const because = object && options.unreachable?.(object, events)
        return because ? { done: false, fail: 'unreachable', because } : { done: false }
      }),

    waitForDeleted: (target, options) =>
      follow<void>(target, { ...options, askAtOnce: true }, ({ object, gone, asked }) =>
        gone || (asked && !object) ? { done: true, result: undefined } : { done: false },
      ),
  }
}

/** What a wait makes of what it sees: done, impossible, or go on. */
type Verdict<Result> =
  { done: true; result: Result } | { done: false; fail?: 'unreachable' | 'deleted'; because?: string }

/** The API server's own view of an object, or news of it from the watch. */
interface Seen {
  object: KubeObject | null
  /** Its deletion was seen. */
  gone: boolean
  /** The API server was asked for it just now, so null means that it is not there. */
  asked: boolean
}

const nameOf = (target: Target): string =>
  `${target.kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name}`

const uidOf = (target: Target, last: KubeObject | null): { uid?: string } => {
  const uid = target.uid ?? last?.metadata.uid
  return uid ? { uid } : {}
}
