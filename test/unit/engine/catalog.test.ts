import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type CatalogError, loadCatalog } from '../../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../../engine/catalog/loadSpecs.ts'
import { matchSpecs } from '../../../engine/catalog/matchSpecs.ts'
import { isKnownNeed } from '../../../engine/plan/needs.ts'
import { listedFaults } from '../../../sim/faults/listedFaults.ts'
import { claimDouble as claim } from './armDouble.ts'

const faults = new Set(listedFaults().map(({ name }) => name))

describe('the catalogue', () => {
  it('states the 313 claims of the guide in 34 chapters, and those of upstream and of profiles in one more each', () => {
    const catalog = loadCatalog()
    const guide = catalog.chapters.filter(({ name }) => !['UPSTREAM', 'PROFILE'].includes(name))
    expect(guide.flatMap(({ claims }) => claims)).to.have.length(313)
    expect(guide).to.have.length(34)
    expect(catalog.chapters).to.have.length(36)
  })

  it('fits the checks: none without a claim, no claim without a check or a reason', async () => {
    const registered = await loadSpecs()
    expect(matchSpecs(loadCatalog(), registered, faults)).to.deep.equal([])
  })

  it('asks only for needs that the plan can find out, where there is a check', async () => {
    const catalog = loadCatalog()
    const needs = (await loadSpecs()).flatMap(({ id }) => catalog.claims.get(id)?.needs ?? [])
    expect(needs.filter((need) => !isKnownNeed(need))).to.deep.equal([])
  })

  describe('that is wrong', () => {
    let folder: string
    beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'catalog-'))))
    afterEach(() => rmSync(folder, { recursive: true }))

    const problemsOf = (claims: object[], extra: object = {}): readonly string[] => {
      mkdirSync(path.join(folder, 'memory'))
      writeFileSync(
        path.join(folder, 'memory', 'behaviours.yaml'),
        JSON.stringify({ chapter: 'MEM', title: 'Memory', claims, ...extra }),
      )
      try {
        loadCatalog(folder)
      } catch (error) {
        return (error as CatalogError).problems
      }
      return []
    }

    const table: [string, () => readonly string[], RegExp][] = [
      [
        'an unknown key',
        () => problemsOf([{ ...claim(), gates: true }]),
        /specs\/memory\/behaviours\.yaml: KATA-MEM-001: .*gates/,
      ],
      [
        'a duplicate id',
        () => problemsOf([claim(), claim()]),
        /KATA-MEM-001 is in specs\/memory\/behaviours\.yaml too/,
      ],
      [
        'an id of another chapter',
        () => problemsOf([claim({ id: 'KATA-CPU-001' })]),
        /KATA-CPU-001 is not of chapter MEM/,
      ],
      ['a level that does not exist', () => problemsOf([{ ...claim(), level: 'WILL' }]), /claims\.0\.level/],
    ]
    for (const [what, problems, expected] of table) {
      it(`names ${what}`, () => expect(problems().join('\n')).to.match(expected))
    }

    it('names a claim without a check, and a check without a claim or a fault', () => {
      problemsOf([claim()])
      const catalog = loadCatalog(folder)
      const check = { id: 'KATA-MEM-009', file: 'a.spec.ts', line: 1, definition: { killedBy: {} } as never }
      expect(matchSpecs(catalog, [check], faults)).to.deep.equal([
        "a.spec.ts: KATA-MEM-009 has no claim; add it to the chapter's behaviours.yaml",
        'specs/memory/behaviours.yaml: KATA-MEM-001 has no check, and no reason why it has none',
      ])
      const harmless = { ...check, id: 'KATA-MEM-001' }
      expect(matchSpecs(catalog, [harmless], faults)[0]).to.match(/names no fault/)
    })
  })
})
