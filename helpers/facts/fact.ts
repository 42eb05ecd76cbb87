/** A detected property of the cluster: its value, or unknown (null), and how that is known. */
export interface Fact<T> {
  readonly value: T | null
  /** How the value is known, or what kept us from knowing it. */
  readonly how: string
  /** The text it was read from, shortened. */
  readonly evidence?: string
}

export const known = <T>(value: T, how: string, evidence?: string): Fact<T> =>
  evidence === undefined ? { value, how } : { value, how, evidence }

export const unknown = <T>(how: string): Fact<T> => ({ value: null, how })
