import { createHash } from 'node:crypto'

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * Hash of a pod template as names carry it: 8 to 10 characters of apimachinery's safe alphabet (rand.SafeEncodeString of a 32-bit number). Fields that
 * say nothing, and the order of fields, do not count.
 */
export function templateHash(template: unknown): string {
  const number = createHash('sha256').update(JSON.stringify(template, said)).digest().readUInt32BE(0)
  const digits = String(number).padStart(8, '0')
  return [...digits].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('')
}

const said = (_name: string, value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value ?? undefined
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields)
}
