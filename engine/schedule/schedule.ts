import type { ArmResult } from '../../reports/record/arm.ts'
import type { Arm } from '../plan/arm.ts'
import type { NodeBudget } from './budget.ts'
import type { PodPool } from './podPool.ts'

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
}

interface Waiting {
  readonly arm: Arm
  readonly resolve: (result: Promise<ArmResult>) => void
}

/**
 * Starts arms in order as soon as the budget of their node allows. On each node the first arm that does not fit holds back those
 * behind it that need room themselves, so that a large one is not starved; arms whose pods run already go on. An exclusive arm waits
 * until its node is empty of arms and keeps it empty.
 */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { arms, pool, budgets, maxArms, run, onStart } = options
  const results = new Map<string, Promise<ArmResult>>()
  const running = new Map<string, Set<Arm>>()
  let active = 0
  let queue: Waiting[] = []
  for (const arm of orderForStart(arms)) {
    results.set(arm.planned.id, new Promise((resolve) => queue.push({ arm, resolve })))
    pool.plan(arm)
  }
  const ended = Promise.all(results.values()).then(() => undefined)

  function start({ arm, resolve }: Waiting): void {
    const on = onNode(arm)
    on.add(arm)
    active += 1
    onStart(arm)
    resolve(
      run(arm).finally(() => {
        on.delete(arm)
        active -= 1
        startWhatFits()
      }),
    )
  }

  const onNode = (arm: Arm): Set<Arm> => {
    const name = arm.planned.node ?? ''
    const set = running.get(name) ?? new Set<Arm>()
    running.set(name, set)
    return set
  }

  function startWhatFits(): void {
    const held = new Set<string>()
    const still: Waiting[] = []
    for (const [index, waiting] of queue.entries()) {
      if (active >= maxArms && !options.signal.aborted) {
        still.push(...queue.slice(index))
        break
      }
      if (mayStart(waiting.arm, held)) start(waiting)
      else still.push(waiting)
    }
    queue = still
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
  return { results, ended, roomMayHaveGrown: startWhatFits }
}

/** Controls and canaries first, since verdicts wait for them; exclusive arms last, since they empty their node. */
function orderForStart(arms: readonly Arm[]): Arm[] {
  const rank = (arm: Arm): number => (arm.definition.exclusive === true ? 2 : arm.planned.role === 'check' ? 1 : 0)
  return [...arms].sort((a, b) => rank(a) - rank(b))
}
