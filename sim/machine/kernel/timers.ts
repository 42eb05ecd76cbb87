import type { Clock } from '../../clock.ts'

interface Timer {
  deadline: number
  order: number
  fire: () => void
  cancelled: boolean
}

const REAL_LIMIT_MS = 2_000_000_000
const PARKED_CHECK_MS = 250

/**
 * All waiting of the machines that share a clock. On a clock of finite speed one sleep of the clock serves the earliest deadline. On one of
 * infinite speed time moves only because somebody waits for it: deadlines are served one after the other in order of simulated time, each
 * by skipping to it, and parked timers (of main processes that would loop forever) never move it: they fire when it has passed them.
 */
export class Timers {
  static readonly #ofClock = new WeakMap<Clock, Timers>()
  readonly #clock: Clock
  readonly #driving = new Heap()
  readonly #parked = new Heap()
  #order = 0
  #pumping = false
  #abort: AbortController | null = null
  #armedFor = Infinity
  #parkedCheck: NodeJS.Timeout | null = null

  static of(clock: Clock): Timers {
    let timers = Timers.#ofClock.get(clock)
    if (!timers) {
      timers = new Timers(clock)
      Timers.#ofClock.set(clock, timers)
    }
    return timers
  }

  private constructor(clock: Clock) {
    this.#clock = clock
  }

  get instant(): boolean {
    return !Number.isFinite(this.#clock.speed)
  }

  now(): number {
    return this.#clock.now()
  }

  /** Calls `fire` that many simulated ms from now, unless cancelled. */
  after(ms: number, fire: () => void, options: { parked?: boolean } = {}): () => void {
    const timer: Timer = { deadline: this.now() + Math.max(0, ms), order: this.#order++, fire, cancelled: false }
    if (options.parked && this.instant) {
      this.#parked.push(timer)
      this.#watchParked()
    } else {
      this.#driving.push(timer)
      if (!this.#pumping) void this.#pump()
      else if (timer.deadline < this.#armedFor) this.#abort?.abort()
    }
    return () => {
      timer.cancelled = true
      if (this.#driving.peek() === timer && !this.instant) this.#abort?.abort()
    }
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    for (;;) {
      // Whoever is awake goes on first: what it asks for may be due earlier.
      if (this.instant) await settled()
      const next = this.#driving.peek()
      if (!next) break
      if (next.cancelled) {
        this.#driving.pop()
        continue
      }
      const left = next.deadline - this.now()
      const passed = left > 0 || this.instant ? await this.#pass(next.deadline, Math.max(0, left)) : true
      if (!this.instant) this.#fireDue()
      else if (passed) {
        this.#driving.remove(next)
        if (!next.cancelled) next.fire()
      }
    }
    this.#pumping = false
  }

  /** False when something due earlier came in between. */
  async #pass(deadline: number, ms: number): Promise<boolean> {
    const limit = this.instant ? ms : Math.min(ms, REAL_LIMIT_MS * this.#clock.speed)
    this.#armedFor = deadline
    this.#abort = new AbortController()
    const passed = await this.#clock.sleep(limit, this.#abort.signal).then(
      () => true,
      () => false,
    )
    this.#armedFor = Infinity
    return passed
  }

  #fireDue(): void {
    const now = this.now()
    for (
      let next = this.#driving.peek();
      next && (next.cancelled || next.deadline <= now);
      next = this.#driving.peek()
    ) {
      this.#driving.pop()
      if (!next.cancelled) next.fire()
    }
  }

  #watchParked(): void {
    if (this.#parkedCheck) return
    this.#parkedCheck = setInterval(() => {
      const now = this.now()
      for (
        let next = this.#parked.peek();
        next && (next.cancelled || next.deadline <= now);
        next = this.#parked.peek()
      ) {
        this.#parked.pop()
        if (!next.cancelled) next.fire()
      }
      if (this.#parked.peek() || !this.#parkedCheck) return
      clearInterval(this.#parkedCheck)
      this.#parkedCheck = null
    }, PARKED_CHECK_MS).unref()
  }
}

/** After all that can run now has run: an exec begins in one turn of the event loop and asks for its first sleep in the next. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

class Heap {
  readonly #items: Timer[] = []

  peek(): Timer | undefined {
    return this.#items[0]
  }

  push(timer: Timer): void {
    this.#items.push(timer)
    this.#up(this.#items.length - 1)
  }

  pop(): Timer | undefined {
    const first = this.#items[0]
    if (first) this.remove(first)
    return first
  }

  remove(timer: Timer): void {
    const index = this.#items[0] === timer ? 0 : this.#items.indexOf(timer)
    if (index < 0) return
    const last = this.#items.pop() as Timer
    if (index === this.#items.length) return
    this.#items[index] = last
    this.#down(index)
    this.#up(index)
  }

  #before(a: number, b: number): boolean {
    const x = this.#items[a] as Timer
    const y = this.#items[b] as Timer
    return x.deadline < y.deadline || (x.deadline === y.deadline && x.order < y.order)
  }

  #swap(a: number, b: number): void {
    const held = this.#items[a] as Timer
    this.#items[a] = this.#items[b] as Timer
    this.#items[b] = held
  }

  #up(start: number): void {
    let index = start
    while (index > 0 && this.#before(index, (index - 1) >> 1)) {
      this.#swap(index, (index - 1) >> 1)
      index = (index - 1) >> 1
    }
  }

  #down(start: number): void {
    let index = start
    for (;;) {
      let smallest = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#items.length && this.#before(child, smallest)) smallest = child
      }
      if (smallest === index) return
      this.#swap(index, smallest)
      index = smallest
    }
  }
}
