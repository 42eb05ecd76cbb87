import path from 'node:path'
import { expect } from 'chai'
import { Workers } from '../../mutation/workers.ts'

const healthy = { scenario: 'small', kataVersion: undefined, faults: [] }

describe('the processes of the mutation run', () => {
  it('outlive one that a run ends: another takes its place, also for those who wait', async () => {
    const workers = new Workers(1, path.join(import.meta.dirname, 'mortalWorker.mjs'))
    try {
      const [first, second, third] = await Promise.allSettled([
        workers.run(healthy),
        workers.run({ ...healthy, faults: ['deadly'] }),
        workers.run(healthy),
      ])
      expect(first).to.include({ status: 'fulfilled' })
      expect(String((second as PromiseRejectedResult).reason)).to.match(/^Error: a worker ended with 3 during .*deadly/)
      expect(third).to.include({ status: 'fulfilled' })
      expect((third as PromiseFulfilledResult<unknown>).value).to.not.deep.equal(
        (first as PromiseFulfilledResult<unknown>).value,
      )
      expect(workers.runs).to.equal(3)
    } finally {
      workers.close()
    }
  })
})
