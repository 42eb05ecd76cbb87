import padjust from '@stdlib/stats-padjust'

/** p-values of a family, adjusted so that the chance of even one false alarm among them stays below the level (Holm 1979). */
export function holm(family: readonly number[]): number[] {
  return family.length === 0 ? [] : [...padjust([...family], 'holm')]
}
