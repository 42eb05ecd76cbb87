import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import { DEFAULT_CHECK_TIMEOUT_MS } from '../arm/tryArm.ts'
import type { Arm } from '../plan/arm.ts'

/** What a pod takes to start as long as none of its class has started in this run, ms. Only the order of arms depends on it. */
const POD_START_MS = 4_000
/** Each container after the first, init containers too: they start one after the other. */
const CONTAINER_START_MS = 500
/** What a check takes as long as none of its behaviour has ended in this run: this share of the deadline that it asks for. */
const SHARE_OF_DEADLINE = 1 / 30
/** What is learned counts when it departs from what was expected by this factor: less would only stir the order. */
const WORTH_TELLING = 1.25

/**
 * How long arms will take, ms: the longest chain of pod starts, learned by RuntimeClass, and the check, learned by behaviour. To start the longest
 * first leaves short arms for the end, where nothing fills the room beside the last ones (Graham 1969: longest processing time first).
 */
export class ExpectedDurations {
  readonly #checks = new Map<string, number>()
  readonly #starts = new Map<string, { count: number; meanMs: number; toldMs: number }>()

  of({ planned, pods, definition }: Arm): number {
    const starts = Object.values(pods).map((spec) => this.#startOf(spec, pods))
    const deadline = definition.timeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS
    return Math.max(0, ...starts) + (this.#checks.get(planned.behaviour) ?? deadline * SHARE_OF_DEADLINE)
  }

  /** @returns whether other arms of the behaviour are now expected to take another time */
  checkTook(behaviour: string, ms: number): boolean {
    const known = this.#checks.get(behaviour)
    if (known !== undefined && ms <= known * WORTH_TELLING) return false
    this.#checks.set(behaviour, ms)
    return true
  }

  /** @returns whether pods of the class are now expected to take another time */
  podTook(spec: PodSpec, ms: number): boolean {
    // Pods that are awaited otherwise take as long as their work does.
    if (spec.awaited !== 'ready') return false
    const known = this.#starts.get(classOf(spec)) ?? { count: 0, meanMs: 0, toldMs: POD_START_MS }
    const count = known.count + 1
    const meanMs = known.meanMs + (ms - furtherContainers(spec) - known.meanMs) / count
    const told = Math.max(meanMs, known.toldMs) > WORTH_TELLING * Math.min(meanMs, known.toldMs)
    this.#starts.set(classOf(spec), { count, meanMs, toldMs: told ? meanMs : known.toldMs })
    return told
  }

  /** With the pods that the pod comes `after`. */
  #startOf(spec: PodSpec, pods: Arm['pods']): number {
    const before = spec.after === null ? undefined : pods[spec.after]
    const own = (this.#starts.get(classOf(spec))?.meanMs ?? POD_START_MS) + furtherContainers(spec)
    return own + (before === undefined || before === spec ? 0 : this.#startOf(before, pods))
  }
}

const classOf = ({ manifest }: PodSpec): string =>
  (manifest.spec as { runtimeClassName?: string }).runtimeClassName ?? ''

function furtherContainers({ manifest }: PodSpec): number {
  const { containers, initContainers = [] } = manifest.spec as { containers: unknown[]; initContainers?: unknown[] }
  return (containers.length + initContainers.length - 1) * CONTAINER_START_MS
}
