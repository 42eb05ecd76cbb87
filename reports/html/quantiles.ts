import type { FigureData } from './pageData.ts'

/** Values of the samples that no rule left out. */
export const validOf = ({ samples }: Pick<FigureData, 'samples'>): number[] =>
  samples.flatMap(([, value, rule]) => (rule === undefined ? [value] : []))

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** Three digits, for reading. */
export const short = (value: number): string => String(Number(value.toPrecision(3)))
