import { expect } from 'chai'
import { logUntil } from '../../../helpers/guest/logUntil.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** A pod whose log has these lines, and then ends or stays open. */
function podLogging(lines: readonly string[], { open }: { open: boolean }) {
  const seen = { ended: false }
  const pod = {
    followLogs: () => ({
      [Symbol.asyncIterator]() {
        const rest = [...lines]
        return {
          next() {
            const value = rest.shift()
            if (value !== undefined) return Promise.resolve({ done: false as const, value })
            return open
              ? new Promise<never>(() => undefined)
              : Promise.resolve({ done: true as const, value: undefined })
          },
          return() {
            seen.ended = true
            return Promise.resolve({ done: true as const, value: undefined })
          },
        }
      },
    }),
  } as Pick<PodHandle, 'followLogs'> as PodHandle
  return { pod, seen }
}

describe('a log followed up to a line', () => {
  it('ends with the line, and closes the stream', async () => {
    const { pod, seen } = podLogging(['waiting', 'TERM', 'more'], { open: true })
    expect(await logUntil(pod, { last: (line) => line === 'TERM', withinMs: 60_000 })).to.deep.equal([
      'waiting',
      'TERM',
    ])
    expect(seen.ended).to.equal(true)
  })

  it('gives what there was when the log ends without the line', async () => {
    const { pod } = podLogging(['waiting'], { open: false })
    expect(await logUntil(pod, { last: (line) => line === 'TERM', withinMs: 60_000 })).to.deep.equal(['waiting'])
  })

  it('gives what there was when the time is up', async () => {
    const { pod, seen } = podLogging(['waiting'], { open: true })
    expect(await logUntil(pod, { last: (line) => line === 'TERM', withinMs: 1 })).to.deep.equal(['waiting'])
    expect(seen.ended).to.equal(true)
  })
})
