import { recordedScenario } from '../pods/recordedScenario.ts'
import { sequence, settled, type Shape } from './shape.ts'

export interface RecordedPod {
  manifest: { metadata: { name: string }; spec: Record<string, unknown> }
  sequence: Shape[]
  /** Texts of the kubelet's events: `Normal Started Started container main`. */
  events: string[]
}

/** A pod as it went on a real node. @param file below recordings/: kata-3.26.0/kata-qemu/bare */
export function recordedPod(file: string, pod: string): RecordedPod {
  const { created, watch, events } = recordedScenario(file)
  const manifest = created.find((one) => one.manifest.kind === 'Pod' && one.manifest.metadata.name === pod)?.manifest
  if (!manifest) throw new Error(`recordings/${file}.json has no pod ${pod}`)
  return {
    manifest: manifest as unknown as RecordedPod['manifest'],
    sequence: sequence(watch.filter((one) => one.pod === pod).map(({ status }) => status)),
    events: events
      .filter(({ object, component }) => object === `Pod/${pod}` && component === 'kubelet')
      .map(({ type, reason, message }) => settled(`${type} ${reason} ${message}`)),
  }
}
