const decimal: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
}
const binary: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 }

/** Value of a Kubernetes quantity (`250m`, `160Mi`, `1e3`, `4`), in its base unit. Throws when it is none. */
export function quantity(text: string | number): number {
  const match = /^([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)([KMGTPE]i|[numkMGTPE]?)$/.exec(String(text).trim())
  const scale = match ? (binary[match[2] ?? ''] ?? decimal[match[2] ?? '']) : undefined
  if (!match || scale === undefined) throw new Error(`${JSON.stringify(text)} is not a quantity such as 250m or 160Mi`)
  return Number(match[1]) * scale
}

/** CPU in millicores, rounded up as the scheduler does. */
export const millicores = (text: string | number): number => Math.ceil(roundOff(quantity(text) * 1000))

/** Memory in MiB, not rounded. */
export const mebibytes = (text: string | number): number => quantity(text) / 2 ** 20

/** Takes away what binary fractions add: 0.1 * 3 is not 0.30000000000000004. */
const roundOff = (value: number): number => Math.round(value * 1e6) / 1e6
