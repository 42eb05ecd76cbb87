/** Of the five fields of a crontab, the values at which it is due. */
interface Fields {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Both days are limited: either is enough (crontab(5)). */
  readonly eitherDay: boolean
}

const MINUTE = 60_000
/** A schedule of 29 February is due within so many days. */
const DAYS_AHEAD = 8 * 366

/** First time after `from` at which a schedule is due, in UTC as ms; null when it never is. */
export function nextDue(schedule: string, from: number): number | null {
  const fields = fieldsOf(schedule)
  let at = Math.floor(from / MINUTE) * MINUTE + MINUTE
  const end = at + DAYS_AHEAD * 24 * 60 * MINUTE
  while (at < end) {
    const date = new Date(at)
    if (!isDay(fields, date)) at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
    else if (fields.hours.has(date.getUTCHours()) && fields.minutes.has(date.getUTCMinutes())) return at
    else at += MINUTE
  }
  return null
}

function isDay({ days, months, weekdays, eitherDay }: Fields, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false
  const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())]
  return eitherDay ? day || weekday : day && weekday
}

function fieldsOf(schedule: string): Fields {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = schedule.trim().split(/\s+/)
  return {
    minutes: valuesOf(minute, 0, 59),
    hours: valuesOf(hour, 0, 23),
    days: valuesOf(day, 1, 31),
    months: valuesOf(month, 1, 12),
    weekdays: new Set([...valuesOf(weekday, 0, 7)].map((value) => value % 7)),
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  }
}

// `*`, `5`, `1-5`, a step after a slash, and lists of them.
function valuesOf(field: string, least: number, most: number): Set<number> {
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '*', step = '1'] = part.split('/')
    const [first = least, last = part.includes('/') ? most : first] =
      range === '*' ? [least, most] : range.split('-').map(Number)
    for (let value = first; value <= last; value += Number(step)) values.add(value)
  }
  return values
}
