import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { format, resolveConfig } from 'prettier'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { answersOf, loadParity, parityDocument, parityFile } from './parity.ts'

describe("the map of upstream's tests", () => {
  const parity = loadParity()

  it('has all 161 cases of 78 files, none twice', () => {
    const cases = Object.entries(parity.files).flatMap(([file, of]) => of.map((each) => `${file} ${each.case}`))
    expect(Object.keys(parity.files)).to.have.length(78)
    expect(cases).to.have.length(161)
    expect(new Set(cases).size).to.equal(161)
  })

  it('names claims of the catalogue, none that has a reason instead of a check', () => {
    const { claims } = loadCatalog()
    const named = answersOf(parity).flatMap((each) =>
      'by' in each ? each.by.map((id) => ({ id, about: each.about })) : [],
    )
    const wrong = named.filter(({ id }) => claims.get(id) === undefined || claims.get(id)?.reason !== undefined)
    expect(wrong).to.deep.equal([])
  })

  it('gives a reason for what is confidential computing, agent policy or vendor hardware alone', () => {
    const reasons = answersOf(parity).flatMap((each) => ('reason' in each ? [each.reason] : []))
    expect(new Set(reasons)).to.have.all.keys('confidential computing', 'agent policy', 'vendor hardware')
  })

  it('leaves no case open', () => {
    const open = Object.values(parity.files).flatMap((cases) => cases.filter((each) => 'open' in each))
    expect(open).to.deep.equal([])
  })

  it('names every claim of its own chapter', () => {
    const named = new Set(answersOf(parity).flatMap((each) => ('by' in each ? each.by : [])))
    const own =
      loadCatalog()
        .chapters.find(({ name }) => name === 'UPSTREAM')
        ?.claims.map(({ id }) => id) ?? []
    expect(own).to.not.be.empty
    expect(own.filter((id) => !named.has(id))).to.deep.equal([])
  })

  it('is what docs/upstream-parity.md says', async () => {
    const options = await resolveConfig(parityFile)
    const made = await format(parityDocument(parity), { ...options, filepath: parityFile })
    expect(readFileSync(parityFile, 'utf8')).to.equal(made)
  })
})
