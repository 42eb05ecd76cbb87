import { expect } from 'chai'
import { nextDue } from '../../sim/controllers/cronSchedule.ts'

const after = (schedule: string, from: string): string | null => {
  const due = nextDue(schedule, Date.parse(from))
  return due === null ? null : new Date(due).toISOString()
}

describe('schedules of CronJobs', () => {
  for (const [schedule, from, due] of [
    ['* * * * *', '2026-03-01T10:00:00Z', '2026-03-01T10:01:00.000Z'],
    ['* * * * *', '2026-03-01T10:00:59Z', '2026-03-01T10:01:00.000Z'],
    ['*/15 * * * *', '2026-03-01T10:46:00Z', '2026-03-01T11:00:00.000Z'],
    ['30 4 * * *', '2026-03-01T10:00:00Z', '2026-03-02T04:30:00.000Z'],
    ['0 0 1,15 * *', '2026-03-01T10:00:00Z', '2026-03-15T00:00:00.000Z'],
    ['0 9-17/4 * * 1-5', '2026-03-06T14:00:00Z', '2026-03-06T17:00:00.000Z'],
    ['0 9 * * 7', '2026-03-06T14:00:00Z', '2026-03-08T09:00:00.000Z'],
    // Both days are limited: either is enough.
    ['0 0 13 * 5', '2026-03-01T00:00:00Z', '2026-03-06T00:00:00.000Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 31 2 *', '2026-03-01T00:00:00Z', null],
  ] as const)
    it(`${schedule} after ${from}: ${due ?? 'never'}`, () => {
      expect(after(schedule, from)).to.equal(due)
    })
})
