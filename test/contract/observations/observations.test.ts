import { expect } from 'chai'
import { recordedScenarios } from '../pods/recordedScenario.ts'
import { podsOf } from '../pods/relive.ts'
import { exportsOf } from './exportsOf.ts'
import { guestRows } from './guestRows.ts'
import { nodeRows } from './nodeRows.ts'
import { notRecorded } from './notRecorded.ts'
import { NotRecorded, recordedHandle } from './recordedHandle.ts'
import { askedContainers } from './recordedTexts.ts'
import type { Place } from './row.ts'

interface Container {
  name: string
  resources?: { limits?: Place['limits'] }
}

/** Every recorded container: those that were asked something, and the first of all others, of which there is the status. */
const places: readonly Place[] = recordedScenarios.flatMap((recorded) => {
  const asked = askedContainers(recorded)
  const silent = podsOf(recorded).filter((pod) => !asked.some((one) => one.pod === pod))
  return [...asked, ...silent.map((pod) => ({ pod, container: null }))].flatMap(({ pod, container }) => {
    const manifest = recorded.created.find(
      (one) => one.manifest.kind === 'Pod' && one.manifest.metadata.name === pod,
    )?.manifest
    if (!manifest || !recorded.watch.some((one) => one.pod === pod && hasContainers(one.status))) return []
    const { containers } = manifest.spec as { containers: Container[] }
    const { resources } = containers.find(({ name }) => name === container) ?? containers[0]!
    return [{ recorded, pod, container, kata: recorded.runtimeClass !== null, limits: resources?.limits ?? {} }]
  })
})

function hasContainers(status: unknown): boolean {
  return (status as { containerStatuses?: unknown[] }).containerStatuses !== undefined
}

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
