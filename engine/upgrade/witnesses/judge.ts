import type { Testimony, Witness, WitnessKind } from '../../../reports/record/upgradeJournal.ts'

/** What is found of a witness when the rollout is over. */
export interface Seen {
  /** Null: the pod is gone, or another one has its name. */
  readonly pod: {
    readonly uid: string
    readonly phase: string
    readonly restarts: number
    readonly ready: boolean
  } | null
  /** Null where it could not be read, `why` says so. */
  readonly bootId: string | null
  readonly log: string
  /** Lines of the file; null where it could not be read. */
  readonly file: string | null
  /** Numbers on the block volume; null where it has none. */
  readonly block: readonly number[] | null
  readonly why: string
  /** Unix time in the guest when it was asked, s; null where it could not be read. */
  readonly now: number | null
  /** The node's kubelet does not answer: nothing that is missing is the upgrade's doing for certain. */
  readonly nodeLost: boolean
}

type Said = Omit<Testimony, 'witness' | 'node' | 'runtimeClass'>

/** @param stallSeconds a silence that is longer is a stall */
export function judge(witness: Witness, seen: Seen, stallSeconds: number): Testimony[] {
  const { name, node, runtimeClass, kinds } = witness
  const said = kinds.filter((kind) => kind !== 'exec').map((kind) => judgeKind(kind, witness, seen, stallSeconds))
  return said.map((each) => ({ witness: name, node, runtimeClass, ...each }))
}

function judgeKind(kind: WitnessKind, witness: Witness, seen: Seen, limit: number): Said {
  const of = (verdict: Testimony['verdict'], what: string, stalledSeconds: number | null = null): Said => ({
    kind,
    verdict,
    stalledSeconds,
    what,
  })
  if (seen.nodeLost) return of('unknown', `node ${witness.node} does not answer: ${seen.why}`)
  if (seen.pod === null) return of('gone', `the pod is gone: ${seen.why}`)
  if (seen.pod.uid !== witness.uid) return of('gone', `another pod has its name: UID ${witness.uid} -> ${seen.pod.uid}`)
  if (seen.pod.phase !== 'Running') return of('gone', `phase ${seen.pod.phase}: ${seen.why}`)
  if (kind === 'sandbox') return sandbox(witness, seen, of)
  if (kind === 'stream') return stream(seen, limit, of)
  return kind === 'block' ? block(seen, of) : writer(witness, seen, limit, of)
}

type Of = (verdict: Testimony['verdict'], what: string, stalledSeconds?: number | null) => Said

function sandbox(witness: Witness, { pod, bootId, why }: Seen, of: Of): Said {
  const restarts = (pod?.restarts ?? 0) - witness.restarts
  if (bootId === null) return of('unknown', `its boot_id cannot be read: ${why}`)
  if (bootId !== witness.bootId)
    return of(
      'restarted',
      `another VM: boot_id ${witness.bootId} -> ${bootId}, ${restarts} more restarts of its container`,
    )
  if (restarts > 0) return of('restarted', `its container restarted ${restarts} times in the same VM`)
  return of('survived', `UID, restartCount and boot_id ${bootId} as before`)
}

function stream({ log, now }: Seen, limit: number, of: Of): Said {
  const got = [...log.matchAll(/^got (\d+) (\d+)$/gm)].map(([, n, t]) => ({ n: Number(n), t: Number(t) }))
  const stall = longestSilence([...got.map(({ t }) => t), ...(now === null ? [] : [now])])
  if (got.length === 0) return of('unknown', 'nothing came over the connection')
  const at = got.findIndex(({ n }, index) => index > 0 && n !== (got[index - 1]?.n ?? 0) + 1)
  const last = got.at(-1)?.n ?? 0
  if (/^connection over/m.test(log)) return of('ended', `the TCP connection broke after line ${last}`, stall)
  if (at > 0) return of('data-lost', `line ${got[at]?.n ?? 0} came after line ${got[at - 1]?.n ?? 0}`, stall)
  if (stall > limit) return of('stalled', `no line for ${stall} s`, stall)
  return of('survived', `${got.length} lines in order over one connection, the longest pause ${stall} s`, stall)
}

/** Numbers that were said to be on the disk, by this life of the witness. */
const written = (log: string, bootId: string): { n: number; t: number }[] => {
  const lives = log.split(/^start /m)
  const own = lives.find((life) => life.startsWith(bootId)) ?? lives[0] ?? ''
  return [...own.matchAll(/^wrote (\d+) (\d+)$/gm)].map(([, n, t]) => ({ n: Number(n), t: Number(t) }))
}

function writer(witness: Witness, { log, file, why, now, bootId }: Seen, limit: number, of: Of): Said {
  const said = written(log, witness.bootId)
  // A writer of another life goes on elsewhere: its silence here is no stall.
  const until = now === null || bootId !== witness.bootId ? [] : [now]
  const stall = longestSilence([...said.map(({ t }) => t), ...until])
  if (file === null) return of('unknown', `its file cannot be read: ${why}`)
  if (said.length === 0) return of('unknown', 'its log has none of its lines any more')
  const there = new Set(
    file.split('\n').flatMap((line) => (line.startsWith(witness.bootId) ? [Number(line.split(' ')[1])] : [])),
  )
  const lost = said.filter(({ n }) => !there.has(n))
  if (lost.length > 0)
    return of(
      'data-lost',
      `${lost.length} of ${said.length} lines that were flushed are not in the file, the first: ${lost[0]?.n ?? 0}`,
      stall,
    )
  if (stall > limit) return of('stalled', `it wrote nothing for ${stall} s`, stall)
  return of('survived', `${said.length} flushed lines are all there, the longest pause ${stall} s`, stall)
}

function block({ log, block: there, why }: Seen, of: Of): Said {
  if (there === null) return of('unknown', `its block volume cannot be read: ${why}`)
  const failed = [...log.matchAll(/^block-failed (\d+)$/gm)].map(([, n]) => Number(n))
  if (failed.length > 0)
    return of('data-lost', `${failed.length} writes to the volume failed, the first: ${failed[0] ?? 0}`)
  const said = [...log.matchAll(/^wrote (\d+) /gm)].map(([, n]) => Number(n))
  const lost = said.filter((n) => !there.includes(n))
  if (lost.length > 0) return of('data-lost', `${lost.length} of ${said.length} flushed sectors are not on the volume`)
  return of('survived', `${said.length} flushed sectors are all there`)
}

/** s between neighbours; 0 for fewer than two. */
export function longestSilence(times: readonly number[]): number {
  return times.reduce(
    (longest, time, index) => (index === 0 ? 0 : Math.max(longest, time - (times[index - 1] ?? time))),
    0,
  )
}
