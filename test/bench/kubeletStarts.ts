import { readFileSync } from 'node:fs'
import path from 'node:path'
import { readJournal } from '../../reports/record/readJournal.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'

/** One pod of a run, ms. */
export interface PodTimes {
  /** From the suite's request until the kubelet saw its containers run. */
  readonly kubeletMs: number
  /** From then until it was gone from the API. */
  readonly restMs: number
}

/** `"Observed pod startup duration"` of kubelet 1.34 (pkg/kubelet/util/pod_startup_latency_tracker.go). */
const observed = /"Observed pod startup duration" pod="([^"]+)".* observedRunningTime="(\S+) (\S+) \+0000/g

/** When the kubelet saw each pod run, as `namespace/name`: ms since the epoch. */
export function runningTimes(kubeletLog: string): Map<string, number> {
  const found = [...readFileSync(kubeletLog, 'utf8').matchAll(observed)]
  return new Map(found.map(([, pod = '', date, time]) => [pod, Date.parse(`${date}T${time?.slice(0, 12)}Z`)]))
}

/** Pods of a run that ran and are gone, its probes among them. */
export function podTimes(runFolder: string, running: ReadonlyMap<string, number>): PodTimes[] {
  const events = readJournal(path.join(runFolder, 'events.ndjson'))
  const gone = new Map(events.flatMap((each) => (each.event === 'object.deleted' ? [[each.object.uid, each.at]] : [])))
  return events.flatMap((each): PodTimes[] => {
    if (each.event !== 'object.created' || each.object.kind !== 'Pod') return []
    const ran = running.get(`${each.object.namespace}/${each.object.name}`)
    const ended = gone.get(each.object.uid)
    if (ran === undefined || ended === undefined) return []
    return [{ kubeletMs: ran - Date.parse(each.at), restMs: Date.parse(ended) - ran }]
  })
}

/**
 * What an arm would have taken if its pods had been there as soon as the kubelet starts one: half of the pods take longer, ms. An arm's first pods are asked
 * for at its start; those that its check makes are part of the check.
 */
export function atKubeletsSpeed({ timeline, durationMs }: RunRecord['arms'][number], kubeletStartMs: number): number {
  const waited = timeline.findLast(({ what }) => what.startsWith('pod '))?.atMs ?? 0
  return durationMs - waited + Math.min(waited, kubeletStartMs)
}
