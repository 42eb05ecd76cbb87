import { createHash } from 'node:crypto'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import { unstartedPod } from '../../helpers/pods/podStartError.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import type { Arm } from '../plan/arm.ts'
import { isTransient } from '../arm/isTransient.ts'
import { addCost, type Cost, noCost, type NodeBudget } from './budget.ts'
import { packingBound, type PodLife } from './packingBound.ts'
import { podCost } from './podCost.ts'

export interface PodRequest {
  readonly key: string
  readonly spec: PodSpec
  readonly arm: Arm
  /** The pod's name within its check. */
  readonly name: string
  readonly shared: boolean
}

/** Starts and removes pods; implemented on the cluster client, and by a double in tests. */
export interface PodStarter {
  start(request: PodRequest, node: string, signal: AbortSignal): Promise<PodHandle>
  /** Resolves when the pod is gone, or could not be removed (it stays in the ledger then). */
  remove(pod: PodHandle): Promise<void>
}

export interface PoolOptions {
  readonly starter: PodStarter
  readonly budgets: ReadonlyMap<string, NodeBudget>
  readonly signal: AbortSignal
  /** ms */
  now(): number
  /** Called when a pod is gone, and what it took of its node is free. */
  roomHasGrown(): void
  /** @param ms from the pod's creation until it reached what is awaited of it */
  podStarted(spec: PodSpec, ms: number): void
}

interface Entry {
  readonly key: string
  readonly node: string
  readonly cost: Cost
  readonly since: number
  /** Arms that use it now. */
  active: number
  /** ms in which it was only kept for later arms: no schedule needs those. */
  keptMs: number
  /** Since when it is only kept. */
  keptSince: number | null
  readonly handle: Promise<PodHandle>
  /** Set when it is there. */
  pod: PodHandle | null
}

/**
 * Pods of the run. Identical pods of read-only checks are one pod: it is started for the first arm that needs it and removed
 * when the last planned one is done. A pod's cost is held from before its creation until it is gone.
 */
export class PodPool {
  readonly #options: PoolOptions
  readonly #live = new Map<string, Entry>()
  /** What each arm was given: a pod that was lost may have a successor of the same key meanwhile. */
  readonly #held = new Map<Arm, Entry[]>()
  /** Planned arms by pod which have not released it yet. */
  readonly #users = new Map<string, number>()
  /** What removals that have begun will give back, by node. */
  readonly #leaving = new Map<string, Cost>()
  readonly #removals = new Set<Promise<void>>()
  readonly #gone: PodLife[] = []

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Announces that the arm will come, so that pods which it shares are kept for it. */
  plan(arm: Arm): void {
    for (const { key } of requestsOf(arm)) this.#users.set(key, (this.#users.get(key) ?? 0) + 1)
  }

  /** Cost of the arm's pods that are not running yet, and of those that its check will make. */
  costOf(arm: Arm): Cost {
    return (
      requestsOf(arm)
        // A pod elsewhere is counted on that node when it starts; it is rare and small, and never holds an arm back.
        .filter(({ key, spec }) => !this.#live.has(key) && !spec.elsewhere)
        .map(({ spec }) => podCost(spec.manifest, classOf(spec, arm)))
        .reduce(addCost, furtherCost(arm))
    )
  }

  /**
   * Makes room for an arm that does not fit: removes pods that are only kept for later arms, which will start them anew. Without it the kept
   * pods of waiting arms could fill a node for good.
   */
  makeRoom(arm: Arm): void {
    const node = arm.planned.node ?? ''
    const budget = this.#options.budgets.get(node)
    const wanted = new Set(requestsOf(arm).map(({ key }) => key))
    for (const [key, entry] of this.#live) {
      if (!budget || budget.fits(addCost(this.costOf(arm), negated(this.#leaving.get(node) ?? noCost)))) return
      if (entry.node === node && entry.active === 0 && !wanted.has(key)) this.#remove(entry)
    }
  }

  /** Starts or joins the arm's pods, all at once except those that come `after` another. The caller has checked the budget. */
  acquire(arm: Arm): Readonly<Record<string, Promise<PodHandle>>> {
    const handles: Record<string, Promise<PodHandle>> = {}
    const held: Entry[] = []
    this.#options.budgets.get(arm.planned.node ?? '')?.take(furtherCost(arm))
    for (const request of inOrder(requestsOf(arm))) {
      const before = request.spec.after === null ? null : handles[request.spec.after]
      const entry = this.#join(request, arm, before ?? null)
      handles[request.name] = entry.handle
      held.push(entry)
    }
    this.#held.set(arm, held)
    return handles
  }

  #join(request: PodRequest, arm: Arm, before: Promise<PodHandle> | null): Entry {
    const live = this.#live.get(request.key)
    if (live) {
      this.#endKeeping(live)
      live.active += 1
      return live
    }
    const node = (request.spec.elsewhere ? arm.otherNode : arm.planned.node) ?? ''
    const cost = podCost(request.spec.manifest, classOf(request.spec, arm))
    this.#options.budgets.get(node)?.take(cost)
    const handle = (before ?? Promise.resolve()).then(() => this.#start(request, node))
    const { key } = request
    const since = this.#options.now()
    const entry: Entry = { key, node, cost, handle, pod: null, since, active: 1, keptMs: 0, keptSince: null }
    handle.then(
      (pod) => (entry.pod = pod),
      // One that did not start because the cluster was disturbed may start for the next arm.
      (error: unknown) => isTransient(error) && this.#drop(entry),
    )
    this.#live.set(key, entry)
    return entry
  }

  async #start(request: PodRequest, node: string): Promise<PodHandle> {
    const since = this.#options.now()
    const pod = await this.#options.starter.start(request, node, this.#options.signal)
    this.#options.podStarted(request.spec, this.#options.now() - since)
    return pod
  }

  /**
   * The arm is done with its pods; those that nobody else waits for are removed, without waiting for it.
   * @param furtherGone when the pods that its check made are gone
   */
  release(arm: Arm, furtherGone: Promise<void>): void {
    this.#giveBack(arm.planned.node ?? '', furtherCost(arm), furtherGone)
    for (const entry of this.#held.get(arm) ?? []) entry.active -= 1
    this.#held.delete(arm)
    for (const { key } of requestsOf(arm)) {
      const users = (this.#users.get(key) ?? 1) - 1
      this.#users.set(key, users)
      const entry = this.#live.get(key)
      if (!entry || entry.active > 0) continue
      if (users <= 0) this.#remove(entry)
      else entry.keptSince ??= this.#options.now()
    }
  }

  /** The pod is gone, or going: who asks for one like it gets another. */
  drop(pod: PodHandle): void {
    const entry = [...this.#live.values()].find((each) => each.pod === pod)
    if (entry) this.#drop(entry)
  }

  #drop(entry: Entry): void {
    if (this.#live.get(entry.key) === entry) this.#remove(entry)
  }

  /** Keys of the pods that are only kept for later arms. */
  kept(): ReadonlySet<string> {
    return new Set([...this.#live.values()].filter(({ keptSince }) => keptSince !== null).map(({ key }) => key))
  }

  /** The least wall time, ms, in which the nodes that carried pods could have carried those that are gone. Time in which a pod was only kept for later does not count. */
  lowerBoundMs(): number {
    const used = [...this.#options.budgets].filter(([node]) => this.#leaving.has(node))
    return packingBound(
      used.map(([, { total }]) => total),
      this.#gone,
    )
  }

  #giveBack(node: string, cost: Cost, gone: Promise<void>): void {
    if (cost.pods === 0) return
    this.#leaving.set(node, addCost(this.#leaving.get(node) ?? noCost, cost))
    const removal = gone.then(() => {
      this.#options.budgets.get(node)?.give(cost)
      this.#leaving.set(node, addCost(this.#leaving.get(node) ?? noCost, negated(cost)))
      this.#removals.delete(removal)
      this.#options.roomHasGrown()
    })
    this.#removals.add(removal)
  }

  #remove(entry: Entry): void {
    const { key, node, handle, cost, since } = entry
    this.#endKeeping(entry)
    this.#live.delete(key)
    const gone = handle
      .catch(unstartedPod)
      .then((pod) => pod && this.#options.starter.remove(pod))
      .catch(() => undefined)
      .then(() => {
        this.#gone.push({ cost, ms: this.#options.now() - since - entry.keptMs })
      })
    this.#giveBack(node, cost, gone)
  }

  #endKeeping(entry: Entry): void {
    if (entry.keptSince !== null) entry.keptMs += this.#options.now() - entry.keptSince
    entry.keptSince = null
  }

  /** Resolves when every removal that was begun has ended. */
  async settled(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals)
  }
}

const negated = ({ millicores, mib, pods }: Cost): Cost => ({ millicores: -millicores, mib: -mib, pods: -pods })

/** Of the pods that the arm's check will make: what the least pod of its class takes. */
const furtherCost = ({ definition: { furtherPods = 0 }, classFacts }: Arm): Cost => ({
  millicores: furtherPods * (classFacts?.overheadMillicores.value ?? 0),
  mib: furtherPods * (classFacts?.overheadMiB.value ?? 0),
  pods: furtherPods,
})

const requestCache = new WeakMap<Arm, readonly PodRequest[]>()

export function requestsOf(arm: Arm): readonly PodRequest[] {
  const cached = requestCache.get(arm)
  if (cached) return cached
  const requests = Object.entries(arm.pods).map(([name, spec]) => {
    const own = arm.definition.exclusive === true || Object.keys(arm.objects).length > 0
    const shared = spec.shared && spec.after === null && !spec.elsewhere && !own
    const key = shared ? sharedKey(spec, arm) : `${arm.planned.id} ${name}`
    return { key, spec, arm, name, shared }
  })
  requestCache.set(arm, requests)
  return requests
}

/** Two pods of one arm are never one pod: the claim speaks of two. Nor are those of two repeats: each is an observation of its own. */
function sharedKey(spec: PodSpec, arm: Arm): string {
  const twins = Object.values(arm.pods).filter((other) => text(other) === text(spec))
  return createHash('sha256')
    .update(`${arm.planned.node ?? ''} ${arm.planned.repeat} ${twins.indexOf(spec)} ${text(spec)}`)
    .digest('hex')
    .slice(0, 16)
}

const text = (spec: PodSpec): string => JSON.stringify([spec.manifest, spec.awaited, spec.privileged])

/** Pods after those which they come `after`. */
const inOrder = (requests: readonly PodRequest[]): readonly PodRequest[] => [
  ...requests.filter(({ spec }) => spec.after === null),
  ...requests.filter(({ spec }) => spec.after !== null),
]

/** The facts of the pod's class: a check may ask for pods of the default runtime beside its class. */
const classOf = (spec: PodSpec, arm: Arm): ClassFacts | undefined =>
  (spec.manifest.spec as { runtimeClassName?: string }).runtimeClassName === undefined ? undefined : arm.classFacts
