import { unescape } from '../shell/wordReader.ts'

const DIRECTIVE = /%(%|([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?([diouxXcsbfeEgG]))/g

/** printf(1): the format is used again while arguments are left. */
export function formatPrintf(args: string[]): { text: string; status: number; complaints: string[] } {
  const format = args[0] ?? ''
  const values = args.slice(1)
  const complaints: string[] = []
  let text = ''
  let stop = false
  do {
    const before = values.length
    text += unescapeFormat(format).replace(
      DIRECTIVE,
      (_all, kind: string, flags = '', width?: string, precision?: string, letter = '') => {
        if (kind === '%') return '%'
        if (stop) return ''
        const star = (size?: string) =>
          size === '*' ? Number(values.shift() ?? 0) : size === undefined ? undefined : Number(size)
        const wide = star(width)
        const exact = star(precision)
        const shown = one(letter as string, values.shift(), flags as string, exact, complaints)
        if (shown.stop) stop = true
        return pad(shown.text, wide, flags as string)
      },
    )
    if (values.length === before) break
  } while (values.length > 0 && !stop)
  return { text: Buffer.from(text, 'utf8').toString(), status: complaints.length > 0 ? 1 : 0, complaints }
}

/** Escapes of the format itself: %% and %s stay. */
function unescapeFormat(format: string): string {
  return unescape(format)
}

function one(
  letter: string,
  value: string | undefined,
  flags: string,
  precision: number | undefined,
  complaints: string[],
): { text: string; stop?: boolean } {
  if (letter === 's') return { text: (value ?? '').slice(0, precision ?? Infinity) }
  if (letter === 'c') return { text: (value ?? '').slice(0, 1) }
  if (letter === 'b') {
    const cut = (value ?? '').indexOf('\\c')
    return cut >= 0 ? { text: unescape((value ?? '').slice(0, cut)), stop: true } : { text: unescape(value ?? '') }
  }
  const number = numeric(value ?? '0', complaints)
  if ('feEgG'.includes(letter)) {
    const digits = precision ?? 6
    const text =
      letter === 'f'
        ? number.toFixed(digits)
        : letter.toLowerCase() === 'e'
          ? number.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
          : String(Number(number.toPrecision(Math.max(1, digits))))
    return { text: sign(text, flags) }
  }
  const whole = BigInt(Math.trunc(number))
  const radix = { o: 8, x: 16, X: 16 }[letter] ?? 10
  let digits = (letter !== 'd' && letter !== 'i' ? BigInt.asUintN(64, whole) : whole < 0n ? -whole : whole)
    .toString(radix)
    .padStart(precision ?? 0, '0')
  if (letter === 'X') digits = digits.toUpperCase()
  if (flags.includes('#')) digits = letter === 'o' ? `0${digits}` : radix === 16 ? `0${letter}${digits}` : digits
  return { text: letter === 'd' || letter === 'i' ? (whole < 0n ? `-${digits}` : sign(digits, flags)) : digits }
}

function sign(text: string, flags: string): string {
  return text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

function numeric(text: string, complaints: string[]): number {
  if (/^['"]./.test(text)) return text.charCodeAt(1)
  if (text === '') return 0
  const value = /^[-+]?0[0-7]+$/.test(text) ? parseInt(text, 8) : Number(text)
  if (!Number.isNaN(value)) return value
  complaints.push(`invalid number '${text}'`)
  return Number.parseFloat(text) || 0
}

function pad(text: string, width: number | undefined, flags: string): string {
  if (width === undefined) return text
  if (flags.includes('-') || width < 0) return text.padEnd(Math.abs(width))
  if (!flags.includes('0')) return text.padStart(width)
  const negative = text.startsWith('-')
  return (negative ? '-' : '') + text.slice(negative ? 1 : 0).padStart(width - (negative ? 1 : 0), '0')
}
