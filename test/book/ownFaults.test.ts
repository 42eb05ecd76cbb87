import { expect } from 'chai'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { listedFaults } from '../../sim/faults/listedFaults.ts'

/** Turns nearly every check red, by the one assertion that they have in common: no proof of what a check asserts besides. */
const impostor = 'runc-behind-kata-handlers'

/** Claims that are about nothing else. */
const aboutTheImpostor: Readonly<Record<string, string>> = {
  'KATA-RTCLASS-008': 'that a pod of a Kata class is in a VM',
}

describe('faults of checks', () => {
  it('each gate-relevant check has at least one of its own', async () => {
    const { claims } = loadCatalog()
    const without = (await loadSpecs())
      .filter(({ id }) => claims.get(id)?.gate && !(id in aboutTheImpostor))
      .filter(({ definition }) => Object.keys(definition.killedBy).every((fault) => fault === impostor))
    expect(without.map(({ id }) => id)).to.deep.equal([])
  })

  it('are those that the simulator has, and each is named by a check', async () => {
    const named = new Set((await loadSpecs()).flatMap(({ definition }) => Object.keys(definition.killedBy)))
    const listed = new Set(listedFaults().map(({ name }) => name))
    expect([...named].filter((name) => !listed.has(name))).to.deep.equal([])
    expect([...listed].filter((name) => !named.has(name))).to.deep.equal([])
  })
})
