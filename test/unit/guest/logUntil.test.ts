import { expect } from 'chai'
import { logUntil } from '../../../helpers/guest/logUntil.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** A pod whose log has these lines, and then ends or stays open. */
function podLogging(
  lines: readonly string[],
  { open, written = lines }: { open: boolean; written?: readonly string[] },
) {
  const seen = { ended: false }
  const pod = {
    logs: () => Promise.resolve(written.map((line) => `${line}\n`).join('')),
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
  } as Pick<PodHandle, 'followLogs' | 'logs'> as PodHandle
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

  it('reads all of it once more when the time is up: lines that were on their way are no missing lines', async () => {
    const { pod } = podLogging([], { open: true, written: ['waiting', 'TERM'] })
    expect(await logUntil(pod, { last: (line) => line === 'TERM', withinMs: 1 })).to.deep.equal(['waiting', 'TERM'])
  })

  it('is no observation when the log cannot be read then', async () => {
    const { pod } = podLogging([], { open: true })
    pod.logs = () => Promise.reject(new Error('503'))
    expect(await logUntil(pod, { last: () => true, withinMs: 1 }).catch((error: Error) => error.message)).to.equal(
      '503',
    )
  })
})
