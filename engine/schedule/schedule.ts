import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import type { ArmResult } from '../../reports/record/arm.ts'
import { CHECK_STARTED } from '../arm/tryArm.ts'
import type { Arm } from '../plan/arm.ts'
import type { NodeBudget } from './budget.ts'
import { ExpectedDurations } from './expectedDuration.ts'
import { type PodPool, requestsOf } from './podPool.ts'

export interface ScheduleOptions {
  readonly arms: readonly Arm[]
  readonly pool: PodPool
  readonly budgets: ReadonlyMap<string, NodeBudget>
  readonly maxArms: number
  readonly signal: AbortSignal
  run(arm: Arm): Promise<ArmResult>
  onStart(arm: Arm): void
}

export interface Schedule {
  readonly results: ReadonlyMap<string, Promise<ArmResult>>
  /** Resolves when every arm has ended. */
  readonly ended: Promise<void>
  /** Call when a pod is gone: the arms that wait for room are looked at again. */
  roomMayHaveGrown(): void
  /** Call when a pod has reached what is awaited of it: the arms that wait are put in order by what is known of their length. */
  podStarted(spec: PodSpec, ms: number): void
}

interface Waiting {
  readonly arm: Arm
  readonly resolve: (result: Promise<ArmResult>) => void
}

/**
 * Starts arms, the longest first, as soon as the budget of their node allows; before them those for which a pod is kept, since it takes room until they
 * have had it. On each node the first arm that does not fit holds back those behind it that need room themselves, so that a large one is not starved;
 * arms whose pods run already go on. An exclusive arm waits until its node is empty of arms and keeps it empty.
 */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { arms, pool, budgets, maxArms, run, onStart } = options
  const results = new Map<string, Promise<ArmResult>>()
  const running = new Map<string, Set<Arm>>()
  let active = 0
  let queue: Waiting[] = []
  const expected = new ExpectedDurations()
  /** Arms in the queue by behaviour. */
  const alike = new Map<string, number>()
  const countAlike = ({ planned }: Arm, change: number) =>
    alike.set(planned.behaviour, (alike.get(planned.behaviour) ?? 0) + change)
  for (const arm of arms) {
    results.set(arm.planned.id, new Promise((resolve) => queue.push({ arm, resolve })))
    pool.plan(arm)
    countAlike(arm, 1)
  }
  queue = orderForStart(queue, expected)
  const ended = Promise.all(results.values()).then(() => undefined)

  function start({ arm, resolve }: Waiting): void {
    const on = onNode(arm)
    on.add(arm)
    active += 1
    countAlike(arm, -1)
    onStart(arm)
    resolve(
      run(arm)
        .then((result) => {
          learn(arm, result)
          return result
        })
        .finally(() => {
          on.delete(arm)
          active -= 1
          startWhatFits()
        }),
    )
  }

  function learn({ planned }: Arm, { timeline, durationMs }: ArmResult): void {
    const check = timeline.find(({ what }) => what === CHECK_STARTED)
    if (check === undefined || (alike.get(planned.behaviour) ?? 0) === 0) return
    if (expected.checkTook(planned.behaviour, durationMs - check.atMs)) queue = orderForStart(queue, expected)
  }

  const onNode = (arm: Arm): Set<Arm> => {
    const name = arm.planned.node ?? ''
    const set = running.get(name) ?? new Set<Arm>()
    running.set(name, set)
    return set
  }

  function startWhatFits(): void {
    const held = new Set<string>()
    const started = new Set<Waiting>()
    for (const waiting of inTurn()) {
      if (active >= maxArms && !options.signal.aborted) break
      if (!mayStart(waiting.arm, held)) continue
      started.add(waiting)
      start(waiting)
    }
    if (started.size > 0) queue = queue.filter((waiting) => !started.has(waiting))
  }

  function inTurn(): readonly Waiting[] {
    const kept = pool.kept()
    if (kept.size === 0) return queue
    const first = new Set(queue.filter(({ arm }) => requestsOf(arm).some(({ key }) => kept.has(key))))
    return [...first, ...queue.filter((waiting) => !first.has(waiting))]
  }

  function mayStart(arm: Arm, held: Set<string>): boolean {
    if (arm.decided || options.signal.aborted) return true
    const node = arm.planned.node ?? ''
    const others = onNode(arm)
    if ([...others].some((other) => other.definition.exclusive === true)) return false
    if (arm.definition.exclusive === true && others.size > 0) {
      held.add(node)
      return false
    }
    const cost = pool.costOf(arm)
    if (cost.pods === 0) return true
    const budget = budgets.get(node)
    const fits = budget === undefined || budget.fits(cost) || (budget.used.pods === 0 && budget.never(cost))
    if (held.has(node)) return false
    if (fits) return true
    held.add(node)
    pool.makeRoom(arm)
    return false
  }

  startWhatFits()
  // Arms that wait for room would wait for ever: a stopped run gives each of them its verdict.
  options.signal.addEventListener('abort', startWhatFits, { once: true })
  return {
    results,
    ended,
    roomMayHaveGrown: startWhatFits,
    podStarted(spec, ms) {
      if (expected.podTook(spec, ms)) queue = orderForStart(queue, expected)
    },
  }
}

/**
 * Canaries first, since all verdicts wait for them; exclusive arms last, since they empty their node. Of the others the longest first, a control just before the
 * arms whose verdicts wait for it, and arms of one length in the order of the files.
 */
function orderForStart(queue: readonly Waiting[], expected: ExpectedDurations): Waiting[] {
  const rank = ({ definition, planned }: Arm): number =>
    definition.exclusive === true ? 2 : planned.role === 'canary' ? 0 : 1
  const lengths = queue.map((waiting) => ({ waiting, rank: rank(waiting.arm), ms: expected.of(waiting.arm) }))
  const longestOf = new Map<string, number>()
  for (const { waiting, ms } of lengths) {
    const { control } = waiting.arm
    if (control !== null) longestOf.set(control, Math.max(ms, longestOf.get(control) ?? 0))
  }
  return lengths
    .map((each) => ({ ...each, ms: Math.max(each.ms, longestOf.get(each.waiting.arm.planned.id) ?? 0) }))
    .sort((a, b) => a.rank - b.rank || b.ms - a.ms || isControl(b.waiting) - isControl(a.waiting))
    .map(({ waiting }) => waiting)
}

const isControl = ({ arm }: Waiting): number => Number(arm.planned.role === 'control')
