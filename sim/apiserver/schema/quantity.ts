/*
 * Quantities of k8s.io/apimachinery/pkg/api/resource, exact in thousandths (milli) by BigInt.
 */

/** What the parser takes; stricter than the regular expression which its error message cites. */
export const quantityPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/

const nano: Record<string, bigint> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 2n ** 10n * 10n ** 9n,
  Mi: 2n ** 20n * 10n ** 9n,
  Gi: 2n ** 30n * 10n ** 9n,
  Ti: 2n ** 40n * 10n ** 9n,
  Pi: 2n ** 50n * 10n ** 9n,
  Ei: 2n ** 60n * 10n ** 9n,
}

/** A quantity in units of 1e-9. @throws Error for text that is no quantity. */
export function nanos(quantity: string): bigint {
  const match = /^([+-]?)(\d*)\.?(\d*)([A-Za-z]*)([+-]?\d*)$/.exec(quantity)
  if (match === null || !quantityPattern.test(quantity)) throw new Error(`"${quantity}" is no quantity`)
  const [, sign, whole = '', fraction = '', suffix = '', exponent = ''] = match
  const digits = BigInt(`${whole}${fraction}` || '0')
  const scaled =
    (suffix === 'e' || suffix === 'E') && exponent !== ''
      ? digits * 10n ** (9n + BigInt(exponent))
      : digits * (nano[suffix] as bigint)
  const value = scaled / 10n ** BigInt(fraction.length)
  return sign === '-' ? -value : value
}

export const compareQuantities = (a: string, b: string): number => {
  const difference = nanos(a) - nanos(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Sum in canonical form: with a binary suffix when the first had one, else decimal. */
export function addQuantities(a: string, b: string): string {
  return format(nanos(a) + nanos(b), /i$/.test(a) || (a === '0' && /i$/.test(b)))
}

export function subtractQuantities(a: string, b: string): string {
  return format(nanos(a) - nanos(b), /i$/.test(a))
}

/** As Quantity.String() writes it: `1024Mi` becomes `1Gi`, `0.5` becomes `500m`. */
export function canonical(quantity: string): string {
  let known = canonicalForms.get(quantity)
  if (known === undefined) {
    known = /\d[eE][+-]?\d/.test(quantity) ? quantity : format(nanos(quantity), /i$/.test(quantity))
    if (canonicalForms.size < 10_000) canonicalForms.set(quantity, known)
  }
  return known
}

const canonicalForms = new Map<string, string>()

function format(value: bigint, binary: boolean): string {
  if (value === 0n) return '0'
  const suffixes = binary
    ? ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki', '', 'm', 'u', 'n']
    : ['E', 'P', 'T', 'G', 'M', 'k', '', 'm', 'u', 'n']
  for (const suffix of suffixes) {
    const unit = nano[suffix] as bigint
    if (value % unit === 0n) return `${value / unit}${suffix}`
  }
  return String(value)
}
