import { options } from './applet.ts'
import type { Applet } from './applet.ts'

const SYS_TIME = 25

export const date: Applet = async (process, argv) => {
  const given = options(argv, 'us:d:D:r:IR', { utc: 'u', set: 's', date: 'd' })
  let at = process.kernel.now()
  const wanted = given.get('s') ?? given.get('d')
  if (wanted !== undefined) {
    const parsed = parseDate(wanted)
    if (parsed === null) {
      await process.err(`date: invalid date '${wanted}'\n`)
      return 1
    }
    at = parsed
  }
  let status = 0
  if (given.has('s')) {
    if (process.can(SYS_TIME)) {
      process.kernel.setTime(at)
      process.kernel.spec.reaches?.setTime?.(at)
    } else {
      await process.err("date: can't set date: Operation not permitted\n")
      status = 1
    }
  }
  const format =
    given.rest.find((word) => word.startsWith('+'))?.slice(1) ??
    (given.has('R') ? '%a, %d %b %Y %H:%M:%S +0000' : given.has('I') ? '%Y-%m-%d' : '%a %b %e %H:%M:%S UTC %Y')
  await process.out(`${strftime(format, at)}\n`)
  return status
}

function parseDate(text: string): number | null {
  if (/^@\d+(\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000
  const match = /^(\d{4})[-.](\d\d)[-.](\d\d)(?:[-T ](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = match
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export function strftime(format: string, ms: number): string {
  const at = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = DAYS[at.getUTCDay()] as string
  const month = MONTHS[at.getUTCMonth()] as string
  const values: Record<string, () => string> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => two(at.getUTCFullYear() % 100),
    m: () => two(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => String(at.getUTCDate()).padStart(2),
    H: () => two(at.getUTCHours()),
    M: () => two(at.getUTCMinutes()),
    S: () => two(at.getUTCSeconds()),
    I: () => two(at.getUTCHours() % 12 || 12),
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    s: () => String(Math.floor(ms / 1000)),
    N: () => String(Math.floor((ms % 1000) * 1e6)).padStart(9, '0'),
    a: () => day.slice(0, 3),
    A: () => day,
    b: () => month.slice(0, 3),
    B: () => month,
    h: () => month.slice(0, 3),
    j: () => String(Math.floor((ms - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, '0'),
    u: () => String(at.getUTCDay() || 7),
    w: () => String(at.getUTCDay()),
    Z: () => 'UTC',
    z: () => '+0000',
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
    F: () => strftime('%Y-%m-%d', ms),
    T: () => strftime('%H:%M:%S', ms),
    R: () => strftime('%H:%M', ms),
    D: () => strftime('%m/%d/%y', ms),
    c: () => strftime('%a %b %e %H:%M:%S %Y', ms),
  }
  return format.replace(/%(.)/g, (all, letter: string) => values[letter]?.() ?? all)
}
