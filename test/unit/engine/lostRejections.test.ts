import { expect } from 'chai'
import { watchLostRejections } from '../../../engine/arm/lostRejections.ts'

const reported = () => new Promise((resolve) => setImmediate(resolve))
const loses = (text: string) => async () => {
  void Promise.reject(new Error(text))
  await reported()
}

describe('errors that nobody handles', () => {
  it('belong to the arm, of whichever run of the process, or to none; who listened before listens again after the last run', async () => {
    const before = process.listeners('unhandledRejection')
    const [first, second] = [watchLostRejections(), watchLostRejections()]
    try {
      await first.within('A', loses('of the first'))
      await second.within('A', loses('of the second'))
      expect(first.take('A').map(String)).to.deep.equal(['Error: of the first'])
      expect(second.take('A').map(String)).to.deep.equal(['Error: of the second'])
      await loses('of none')()
      await first.within('B', async () => {
        first.take('B')
        await loses('too late')()
      })
      expect(first.late.map(({ arm, error }) => `${arm}: ${String(error)}`)).to.deep.equal([
        'null: Error: of none',
        'B: Error: too late',
      ])
      first.stop()
      await second.within('C', loses('of the one that goes on'))
      expect(second.take('C')).to.have.length(1)
      expect(second.late).to.have.length(1)
    } finally {
      first.stop()
      second.stop()
    }
    expect(process.listeners('unhandledRejection')).to.deep.equal(before)
  })
})
