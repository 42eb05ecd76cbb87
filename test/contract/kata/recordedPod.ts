import { readFileSync } from 'node:fs'
import { sequence, settled, type Shape } from './shape.ts'

export interface RecordedPod {
  manifest: { metadata: { name: string }; spec: Record<string, unknown> }
  sequence: Shape[]
  /** Texts of the kubelet's events: `Normal Started Started container main`. */
  events: string[]
}

/** A pod as it went on a real node. @param path below recordings/: kata-3.26.0/kata-qemu/lifecycle/bare */
export function recordedPod(path: string, pod: string): RecordedPod {
  const file = JSON.parse(readFileSync(new URL(`../recordings/${path}.json`, import.meta.url), 'utf8')) as {
    pods: Record<
      string,
      {
        manifest: RecordedPod['manifest']
        watch: { status: unknown }[]
        events: { type: string; reason: string; message: string; component: string }[]
      }
    >
  }
  const recorded = file.pods[pod]
  if (!recorded) throw new Error(`recordings/${path}.json has no pod ${pod}, only ${Object.keys(file.pods).join(', ')}`)
  return {
    manifest: recorded.manifest,
    sequence: sequence(recorded.watch.map(({ status }) => status)),
    events: recorded.events
      .filter(({ component }) => component === 'kubelet')
      .map(({ type, reason, message }) => settled(`${type} ${reason} ${message}`)),
  }
}
