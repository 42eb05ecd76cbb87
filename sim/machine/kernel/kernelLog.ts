import type { Timers } from './timers.ts'

/** The ring buffer of printk. */
export class KernelLog {
  readonly entries: { at: number; text: string }[] = []
  readonly #timers: Timers
  readonly #bootedAt: number
  readonly #listeners = new Set<() => void>()

  constructor(timers: Timers, bootedAt: number, boot: string[]) {
    this.#timers = timers
    this.#bootedAt = bootedAt
    boot.forEach((text, index) => this.entries.push({ at: index < 20 ? 0 : (index - 20) * 2.1, text }))
  }

  add(text: string): void {
    for (const line of text.split('\n')) this.entries.push({ at: this.#timers.now() - this.#bootedAt, text: line })
    for (const listener of this.#listeners) listener()
  }

  lines(): string[] {
    return this.entries.map(({ at, text }) => `[${(at / 1000).toFixed(6).padStart(12)}] ${text}`)
  }

  onLine(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
