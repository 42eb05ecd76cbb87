import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { flakeRates } from '../../cli/bisect/flakeRates.ts'
import { addRun } from '../../reports/history/store.ts'
import { runDouble } from '../gate/runDouble.ts'

describe('flake rates of a bisect', () => {
  let store: string
  beforeEach(() => (store = mkdtempSync(path.join(os.tmpdir(), 'store-'))))
  afterEach(() => rmSync(store, { recursive: true }))

  it('are those of the archive for what it has seen to be flaky, and the usual for all else', () => {
    const flaky = ['passed', 'passed', 'failed', 'passed'] as const
    flaky.forEach((verdict, index) =>
      addRun(
        store,
        runDouble(`r${index}`, [{ behaviour: 'KATA-A-001', verdicts: [verdict] }, { behaviour: 'KATA-B-001' }]),
      ),
    )
    const rateOf = flakeRates(store, 0.05)
    expect(rateOf('KATA-A-001 kata-qemu')).to.equal(0.25)
    expect(rateOf('KATA-B-001 kata-qemu')).to.equal(0.05)
    expect(rateOf('KATA-A-001 kata-clh')).to.equal(0.05)
  })

  it('are the usual without an archive, or with an empty one', () => {
    expect(flakeRates(undefined, 0.1)('KATA-A-001 kata-qemu')).to.equal(0.1)
    expect(flakeRates(store, 0.1)('KATA-A-001 kata-qemu')).to.equal(0.1)
  })
})
