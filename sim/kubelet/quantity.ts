const FACTORS: Record<string, number> = {
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
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}
const cache = new Map<string, number>()

/** The number that a Kubernetes quantity (`250m`, `128Mi`, `1e3`) stands for, in base units. Throws on what is none. */
export function parseQuantity(quantity: string | number): number {
  if (typeof quantity === 'number') return quantity
  const known = cache.get(quantity)
  if (known !== undefined) return known
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(quantity.trim())
  if (!match) throw new Error(`not a quantity: "${quantity}" (expected for example 500m, 2, 128Mi)`)
  const value = Number(match[1]) * (match[2] ? Number(`1${match[2]}`) : FACTORS[match[3] ?? '']!)
  if (cache.size < 10_000) cache.set(quantity, value)
  return value
}

/** Millicores, rounded up as Quantity.MilliValue does. */
export function parseMillicores(quantity: string | number): number {
  return Math.ceil(Number((parseQuantity(quantity) * 1000).toFixed(6)))
}

/** Whole units (bytes), rounded up as Quantity.Value does. */
export function parseBytes(quantity: string | number): number {
  return Math.ceil(parseQuantity(quantity))
}
