import type { Cluster } from '../../../helpers/cluster/cluster.ts'
import type { Testimony, Witness } from '../../../reports/record/upgradeJournal.ts'
import { stopFile } from './witnessPod.ts'

export interface LongExec {
  /** Ends it, and says how it went. */
  finish(): Promise<Testimony>
  abandon(): void
}

const ENDING_MS = 15_000
/** What the command of the session ends with when it was asked to. */
const ASKED = 7

/** One exec session that stays open over the whole upgrade: its command ends when a file is made, with an exit code that must arrive. */
export function openExec(cluster: Cluster, witness: Witness): LongExec {
  const { name, namespace, node, runtimeClass } = witness
  const began = Date.now()
  const over = new AbortController()
  const script = `while [ ! -e ${stopFile} ]; do sleep 1; done; exit ${ASKED}`
  let endedAfter: number | null = null
  const session = cluster
    .exec({ namespace, name }, ['sh', '-c', script], { signal: over.signal, timeoutMs: 86_400_000 })
    .then(
      ({ exitCode }) => (exitCode === ASKED ? 'asked' : `exit code ${exitCode}`),
      (error: unknown) => (error as Error).message,
    )
    .finally(() => (endedAfter = Math.round((Date.now() - began) / 1000)))
  const of = { witness: name, node, runtimeClass, kind: 'exec' as const, stalledSeconds: null }
  return {
    async finish() {
      if (endedAfter !== null)
        return { ...of, verdict: 'ended', what: `the session ended after ${endedAfter} s: ${await session}` }
      await cluster.exec({ namespace, name }, ['touch', stopFile], { timeoutMs: ENDING_MS }).catch(() => undefined)
      const late = AbortSignal.timeout(ENDING_MS)
      const how = await Promise.race([
        session,
        new Promise<string>((resolve) =>
          late.addEventListener('abort', () => resolve('it does not answer'), { once: true }),
        ),
      ])
      over.abort(new Error('the upgrade is over'))
      return how === 'asked'
        ? {
            ...of,
            verdict: 'survived',
            what: `one session stayed open for ${Math.round((Date.now() - began) / 1000)} s, and its exit code arrived`,
          }
        : { ...of, verdict: 'ended', what: `the session is of no use any more: ${how}` }
    },
    abandon: () => over.abort(new Error('the upgrade was stopped')),
  }
}
