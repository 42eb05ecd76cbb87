import { expect } from 'chai'
import { recordedScenarios } from '../pods/recordedScenario.ts'
import { exportsOf } from './exportsOf.ts'
import { guestRows } from './guestRows.ts'
import { nodeRows } from './nodeRows.ts'
import { notRecorded } from './notRecorded.ts'
import { places } from './places.ts'
import { NotRecorded, recordedHandle } from './recordedHandle.ts'

describe('observations on what real pods and nodes showed', () => {
  for (const row of guestRows) {
    it(`${row.covers.join(', ')}: at least ${row.atLeast} recorded containers`, async () => {
      let met = 0
      for (const place of places) {
        const pod = recordedHandle(place.recorded, place.pod, place.container)
        try {
          await row.observe(pod, place)
          met += 1
        } catch (error) {
          if (error instanceof NotRecorded) continue
          const where = `${place.recorded.file} ${place.pod}${place.container === null ? '' : `/${place.container}`}`
          throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
        }
      }
      expect(met).to.be.at.least(row.atLeast)
    })
  }

  for (const row of nodeRows) {
    it(`${row.covers.join(', ')}: at least ${row.atLeast} recorded nodes`, () => {
      expect(recordedScenarios.filter((recorded) => row.observe(recorded)).length).to.be.at.least(row.atLeast)
    })
  }

  it('each has a row, or a reason why nothing recorded is for it', async () => {
    const covered = [...guestRows, ...nodeRows].flatMap(({ covers }) => covers)
    const all = [...(await exportsOf('guest')), ...(await exportsOf('node'))].sort()
    expect([...covered, ...Object.keys(notRecorded)].sort()).to.deep.equal(all)
  })
})
