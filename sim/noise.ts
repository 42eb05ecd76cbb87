/**
 * Figures that differ from run to run as those of a real machine do, and are the same in every simulation: factors around 1, from a generator with a fixed
 * seed (mulberry32).
 * @param spread 0.05 for factors of 0.95 to 1.05
 */
export function createNoise(seed: number): (spread: number) => number {
  let state = seed >>> 0
  return (spread) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    const unit = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    return 1 + spread * (2 * unit - 1)
  }
}
